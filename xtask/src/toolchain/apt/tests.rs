use super::*;

const STANZA: &str = "Package: libllvm22\nVersion: 1:22.1.8-1~deb12u1\nArchitecture: amd64\n\
    Depends: libc6 (>= 2.36), libedit2, gcc | c-compiler, python3:any\nDescription: x\n Size: 7\n\
    Size: 29378692\n\
    SHA256: 729ec3e943d320515c2bbdc96acfffd7ce34861e62bd5c42726bf586d644dfe2\n";

#[test]
fn stanza_is_read() {
    let offer = offer(STANZA).unwrap();
    assert_eq!(offer.name.as_str(), "libllvm22");
    assert_eq!(offer.version.as_str(), "1:22.1.8-1~deb12u1");
    assert_eq!(offer.size, 29_378_692);
    assert_eq!(offer.depends, ["libc6", "libedit2", "gcc", "python3"]);
}

#[test]
fn stanza_without_a_hash_is_no_offer() {
    assert_eq!(offer(&STANZA.replace("SHA256", "SHA512")), None);
}

#[test]
fn stanza_with_a_hostile_name_is_no_offer() {
    assert_eq!(offer(&STANZA.replace("libllvm22", "../../x")), None);
}

#[test]
fn complete_and_wrong_file_is_discarded_and_a_partial_one_kept() {
    let directory = tempfile::tempdir().unwrap();
    let mut offer = offer(STANZA).unwrap();
    offer.size = 3;
    let name = file_name(&offer.name, &offer.version, &offer.architecture);
    let file = directory.path().join(name);
    for (content, kept) in [("ab", true), ("abc", true), ("abd", false), ("abcd", false)] {
        // FIPS 180-2, appendix B.1: "abc".
        let hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        offer.sha256 = Sha256Hex::try_from(hash.to_owned()).unwrap();
        fs::write(&file, content).unwrap();
        discard_wrong(std::slice::from_ref(&offer), directory.path()).unwrap();
        assert_eq!(file.is_file(), kept, "{content}");
    }
}

fn ended(code: i32, stderr: &str) -> Output {
    use std::os::unix::process::ExitStatusExt;
    Output {
        status: std::process::ExitStatus::from_raw(code << 8),
        stdout: String::new(),
        stderr: stderr.to_owned(),
    }
}

const UNREAD: &str = "W: Failed to fetch mirror/InRelease  Temporary failure resolving 'mirror'\n\
    W: Some index files failed to download.\n";

#[test]
fn unread_source_is_the_reason_that_is_given() {
    let directory = tempfile::tempdir().unwrap();
    let apt = Apt::new(directory.path()).unwrap();
    apt.judge(&ended(0, UNREAD)).unwrap();
    let text = apt.explain(environment("not offered")).to_string();
    assert!(text.contains("Temporary failure resolving"), "{text}");
    assert!(text.contains("check the network"), "{text}");
    apt.judge(&ended(0, "")).unwrap();
    let plain = apt.explain(environment("not offered").help("add the suite"));
    assert_eq!(plain.help, "add the suite");
    assert!(plain.evidence.is_empty());
}

#[test]
fn apt_that_fails_altogether_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let apt = Apt::new(directory.path()).unwrap();
    let failure = apt.judge(&ended(100, "E: The list of sources could not be read.\n"));
    let failure = failure.unwrap_err();
    assert_eq!(failure.exit, crate::exit::Exit::Environment);
    assert_eq!(
        failure.evidence,
        ["E: The list of sources could not be read."]
    );
}

#[test]
fn epoch_is_escaped_in_the_file_name() {
    let offer = offer(STANZA).unwrap();
    assert_eq!(
        file_name(&offer.name, &offer.version, "amd64"),
        "libllvm22_1%3a22.1.8-1~deb12u1_amd64.deb"
    );
}

/// Reads the machine's sources: one small package.
#[test]
fn small_package_is_fetched_without_touching_the_machine() {
    if !Apt::is_available() {
        eprintln!("skipped: this machine has no apt");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let apt = Apt::new(&directory.path().join("apt")).unwrap();
    apt.update(Progress::Silent).unwrap();
    let offers = apt.offers(&["hostname", "no-such-package-here"]).unwrap();
    assert_eq!(offers.keys().collect::<Vec<_>>(), ["hostname"]);
    let newest = &offers["hostname"][0];
    let into = directory.path().join("debs");
    apt.download(std::slice::from_ref(newest), &into, Progress::Silent)
        .unwrap();
    let file = into.join(file_name(
        &newest.name,
        &newest.version,
        &newest.architecture,
    ));
    assert_eq!(tree::sha256_of(&file).unwrap(), newest.sha256.as_str());
    let lists = directory.path().join("apt/lists");
    assert!(
        fs::read_dir(lists).unwrap().count() > 1,
        "lists are private"
    );
}
