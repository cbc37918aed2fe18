use device::store::TrustStore;

use super::*;
use crate::render::{RenderedStore, embedded};

/// The order in which the gate hands things over must not show.
#[test]
fn every_form_is_a_function_of_the_store() {
    let [store, twin] = sample_and_its_twin();
    for format in Format::ALL {
        assert_eq!(
            rendered(&store, format),
            rendered(&twin, format),
            "{format:?}"
        );
    }
}

/// The release date is in no form: a committed file must not become stale with each commit.
#[test]
fn the_release_date_is_not_rendered() {
    let mut later = sample();
    later.as_of = "2027-01-15".parse().unwrap();
    let (now, later) = (
        ApprovedStore::from_gate(sample()),
        ApprovedStore::from_gate(later),
    );
    for format in Format::ALL {
        assert_eq!(
            rendered(&now, format),
            rendered(&later, format),
            "{format:?}"
        );
    }
}

#[test]
fn text_forms_as_they_are_committed() {
    let store = ApprovedStore::from_gate(sample());
    insta::assert_snapshot!("rust", text(&store, Format::Rust));
    insta::assert_snapshot!("json", text(&store, Format::Json));
    insta::assert_snapshot!("pem", text(&store, Format::Pem));
    insta::assert_snapshot!("c-header", text(&store, Format::CHeader));
}

/// Reads the array back from the source text and hands it to the device's reader.
#[test]
fn the_source_holds_the_binary_form() {
    let store = ApprovedStore::from_gate(sample());
    let rendered = RenderedStore::new(&store).unwrap();
    let code = rendered
        .source()
        .lines()
        .map(|line| match line.split_once("//") {
            Some((code, _)) => code,
            None => line,
        });
    let bytes: Vec<u8> = code
        .flat_map(|line| {
            line.split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .filter_map(|word| u8::from_str_radix(word.strip_prefix("0x")?.strip_suffix(',')?, 16).ok())
        .collect();
    assert_eq!(bytes, rendered.bytes());
    let read = TrustStore::read_exact(&bytes).unwrap();
    assert_eq!(read.sha256(), rendered.identity());
    assert_eq!((read.product(), read.sequence()), ("perennial-test", 3));
    let ends: Vec<_> = read
        .anchors()
        .map(|it| it.effective_end.to_string())
        .collect();
    assert_eq!(ends, ["2040-09-17", "2030-06-04"]);
    assert_eq!(read.pins().count(), 1);
    assert_eq!(read.endpoints().count(), 2);
    assert_eq!(read.release_keys().keys().count(), 2);
    assert_eq!(read.rescue_keys().threshold, 2);
}

/// The compiler takes the source without a warning, and rustfmt leaves it as it is.
#[test]
fn the_source_compiles_and_is_formatted() {
    let directory = tempfile::tempdir().unwrap();
    let store = ApprovedStore::from_gate(sample());
    let source = directory.path().join("trust_store.rs");
    std::fs::write(&source, rendered(&store, Format::Rust)).unwrap();
    let compile = [
        "--edition=2024",
        "--crate-type=lib",
        "--emit=metadata",
        "-Dwarnings",
        "trust_store.rs",
    ];
    peer_says("rustc", &compile, directory.path()).unwrap();
    let format = ["--edition=2024", "--check", "trust_store.rs"];
    peer_says("rustfmt", &format, directory.path()).unwrap();
}

#[test]
fn openssl_reads_the_pem() {
    let directory = tempfile::tempdir().unwrap();
    let mut contents = contents(mozilla().iter().map(|der| anchor(der, 0)).collect());
    contents.anchors[0].name = "-----BEGIN CERTIFICATE-----".into();
    let store = ApprovedStore::from_gate(contents);
    std::fs::write(
        directory.path().join("ca.pem"),
        rendered(&store, Format::Pem),
    )
    .unwrap();
    let arguments = ["storeutl", "-noout", "-certs", "ca.pem"];
    let Some(output) = peer_says("openssl", &arguments, directory.path()) else {
        return;
    };
    let output = String::from_utf8(output).unwrap();
    assert!(output.contains("Total found: 118"), "{output}");
}

/// Our own strict reader takes what we write.
#[test]
fn the_pool_reads_the_pem() {
    let store = store_of(&mozilla());
    let file = SourceFile::new("ca.pem", text(&store, Format::Pem));
    let (certificates, findings) = crate::anchors::read_pem(&file);
    assert_eq!(findings, []);
    let read: Vec<_> = certificates.iter().map(|it| it.fingerprint).collect();
    let anchors = store.contents().anchors.iter();
    let expected: Vec<_> = anchors.map(|it| it.certificate.fingerprint).collect();
    assert_eq!(read, expected);
}

#[test]
fn formats_have_the_words_of_the_command_line() {
    for format in Format::ALL {
        assert_eq!(Format::from_word(format.word()), Some(format));
    }
    assert_eq!(Format::from_word("esp-bundle"), None);
}

/// Whoever looks for the store in an image looks for what a file of that form puts there.
#[test]
fn what_is_looked_for_in_an_image_stands_in_the_file() {
    let store = ApprovedStore::from_gate(sample());
    for format in [Format::EspBundleV1, Format::EspBundleV2, Format::Pem] {
        let [way] = &embedded(&store, format).unwrap()[..] else {
            panic!("{format:?}");
        };
        assert_eq!(way.parts, [rendered(&store, format)], "{format:?}");
    }
    let binary = embedded(&store, Format::Rust).unwrap();
    TrustStore::read_exact(&binary[0].parts[0]).unwrap();
    let header = text(&store, Format::CHeader);
    let ways = embedded(&store, Format::CHeader).unwrap();
    let pem = std::str::from_utf8(&ways[0].parts[0]).unwrap();
    for line in pem.lines() {
        assert!(header.contains(&format!("\"{line}\\n\"")), "{line}");
    }
    let names_and_keys = embedded(&store, Format::WebPki).unwrap();
    let anchors = store.contents().anchors.len();
    assert_eq!(names_and_keys[0].parts.len(), 2 * anchors);
    assert!(embedded(&store, Format::Json).unwrap().is_empty());
}
