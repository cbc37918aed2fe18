use super::*;

const PROGRAM: &str = r#"
#include "trust_store.h"
#include "trust_store.h"
#include <stdio.h>
int main(int argc, char **argv) {
    (void)argv;
    if ((uintptr_t)TRUST_STORE_BUNDLE % 4 != 0) return 1;
    if (argc == 1) fwrite(TRUST_STORE_BUNDLE, 1, sizeof(TRUST_STORE_BUNDLE), stdout);
    else fputs(TRUST_STORE_PEM, stdout);
    return 0;
}
"#;

/// Compiles the header strictly as C and C++, runs it, and compares what is in it.
#[test]
fn compilers_take_the_header_and_find_the_store_in_it() {
    let store = ApprovedStore::from_gate(contents(
        mozilla().iter().map(|der| anchor(der, 0)).collect(),
    ));
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    std::fs::write(at("trust_store.h"), rendered(&store, Format::CHeader)).unwrap();
    std::fs::write(at("main.c"), PROGRAM).unwrap();
    std::fs::write(at("main.cpp"), PROGRAM).unwrap();
    let strict = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-o", "program"];
    let certificates: String = store
        .contents()
        .anchors
        .iter()
        .map(|anchor| super::super::pem::certificate(&anchor.certificate.der))
        .collect();
    for (compiler, standard, source) in [
        ("gcc", "-std=c99", "main.c"),
        ("g++", "-std=c++11", "main.cpp"),
    ] {
        for (define, format) in [
            ("-DUNRELATED", Format::EspBundleV2),
            ("-DESP_IDF_VERSION=0x050400", Format::EspBundleV2),
            ("-DESP_IDF_VERSION=0x0503FF", Format::EspBundleV1),
        ] {
            let arguments = [&strict[..], &[standard, define, source]].concat();
            if peer_says(compiler, &arguments, directory.path()).is_none() {
                return;
            }
            let program = at("program");
            let program = program.to_str().unwrap();
            let bundle = peer_says(program, &[], directory.path()).unwrap();
            assert_eq!(bundle, rendered(&store, format), "{compiler} {define}");
            let pem = peer_says(program, &["pem"], directory.path()).unwrap();
            assert_eq!(String::from_utf8(pem).unwrap(), certificates);
        }
    }
}

/// A name that ends the comment, continues the line or hides text must stay text.
#[test]
fn names_cannot_leave_their_comment() {
    for name in comment::HOSTILE {
        let mut hostile = sample();
        hostile.anchors[0].name = (*name).to_owned();
        hostile.anchors[0].reason = format!("because {name}");
        hostile.inputs[0].name = (*name).to_owned();
        let honest = rendered(&ApprovedStore::from_gate(sample()), Format::EspBundleV2);
        let store = ApprovedStore::from_gate(hostile);
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        std::fs::write(at("trust_store.h"), rendered(&store, Format::CHeader)).unwrap();
        std::fs::write(at("main.c"), PROGRAM).unwrap();
        let arguments = [
            "-std=c99",
            "-trigraphs",
            "-Wall",
            "-Werror",
            "-pedantic",
            "-o",
            "program",
            "main.c",
        ];
        if peer_says("gcc", &arguments, directory.path()).is_none() {
            return;
        }
        let program = at("program");
        let bundle = peer_says(program.to_str().unwrap(), &[], directory.path()).unwrap();
        assert_eq!(bundle, honest, "{name:?}");
    }
}
