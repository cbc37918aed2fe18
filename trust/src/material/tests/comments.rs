//! What is commented out in C source, and what only looks so.

use super::*;

/// The lines of a block as C strings.
fn strings(text: &str) -> String {
    let line = |line: &str| format!("  \"{line}\\n\" \\\n");
    block(text).lines().map(line).collect()
}

/// Names of what counts, and of what is commented out with its line; there is no damage.
fn split(text: &str) -> (Vec<String>, Vec<String>) {
    let material = Material::find("ca.h", text.as_bytes());
    assert!(
        material.damages.is_empty(),
        "{:?}\n{text}",
        material.damages
    );
    let name = |found: &Found| found.anchor.name().to_owned();
    let line = |found: &Found| {
        let place = material.where_in_words(&found.place);
        format!("{}, {place}", name(found))
    };
    (
        material.found.iter().map(name).collect(),
        material.commented_out.iter().map(line).collect(),
    )
}

#[test]
fn what_is_commented_out_in_c_is_no_anchor() {
    let (one, two) = (strings(X1), strings(X2));
    let slashed: String = one.lines().map(|line| format!("// {line}\n")).collect();
    let starred: String = one.lines().map(|line| format!(" * {line}\n")).collect();
    let raw = format!("R\"EOF(\n{}/* // */)EOF\"", block(X1));
    let hidden = [
        format!("const char a[] =\n{slashed};\n"),
        format!("const char a[] =\n{};\n", slashed.replace('\n', "\r\n")),
        format!("const char a[] =\n/*\n{one}*/;\n"),
        format!("const char a[] =\n/**\n{starred}*/;\n"),
        format!("#if 0\nconst char* x =\n{one};\n#ifdef Y\n#else\n#endif\n#endif\n"),
        format!("#if 1\n#else // not\nconst char* x =\n{one};\n#endif\n"),
        format!("#if 0 // old\nconst char x[] = {raw};\n#endif\n"),
        format!("/*\n{}*/\nconst char* why = \"\";\n", block(X1)),
    ];
    for text in hidden {
        let begins = text[..text.find("-----BEGIN").unwrap()].lines().count();
        let text = format!("{text}const char* b =\n{two};\n");
        let (counts, not) = split(&text);
        assert_eq!(counts, ["ISRG Root X2"], "{text}");
        let at = if text[..text.find("-----BEGIN").unwrap()].ends_with('\n') {
            begins + 1
        } else {
            begins
        };
        assert_eq!(not, [format!("ISRG Root X1, line {at}")], "{text}");
    }
    let numbers: Vec<_> = der(X1).iter().map(u8::to_string).collect();
    let array = format!("/* const uint8_t a[] = {{ {} }}; */\n", numbers.join(","));
    assert_eq!(split(&array).1, ["ISRG Root X1, line 1"]);
    let cut = format!("#include <x.h>\n/*\n{}\n*/\n", &one[..900]);
    assert_eq!(split(&cut), (vec![], vec![]));
}

#[test]
fn what_only_looks_like_a_comment_hides_nothing() {
    // Base64 with `//` in lines, at their start and before their end.
    let plain = block(X1);
    assert!(plain.contains('/'));
    let (one, slashes) = (
        strings(X1),
        "const char* u = \"https://a/*\"; char q = '\"', e = '\\'';\n",
    );
    let texts = [
        format!("{slashes}const char* x =\n{one};\n"),
        format!("#if 0\n#else\nconst char* x =\n{one};\n#endif\n"),
        format!("#if 1 /* on */\nconst char* x =\n{one};\n#else\n#endif\n"),
        format!("#ifdef X /* \n */\nconst char* x =\n{one};\n#endif // */\n"),
        format!("const char x[] = R\"EOF(\n/*\n#if 0\n// \"\n{plain})EOF\"; // */\n"),
        format!("const char x[] = R\"(\n{plain})\";\n"),
        format!(
            "static const char x[] = /* one */ // two\n{};\n",
            one.replace(" \\\n", " // l\n")
        ),
        format!("const char* x = `{plain}`;\n"),
        format!("# const char\nCA = \"\"\"{plain}\"\"\"\n# it's /* not C\n"),
        format!("const X: &str = \"{plain}\"; // const char\n"),
        format!("# // comment of PEM /*\n{plain}# */\n"),
        format!(
            "const char* x = \"{}\";\n",
            plain.replace('\n', "\\n\\ \r\n")
        ),
    ];
    for text in texts {
        assert_eq!(
            split(&text),
            (vec!["ISRG Root X1".to_owned()], vec![]),
            "{text}"
        );
    }
}

/// Base64 of a certificate may have `//` and `/` anywhere: none of it is taken for a comment.
#[test]
fn slashes_in_base64_are_no_comments() {
    let pool = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let pems = pool.map(|der| {
        use base64::Engine as _;
        let text = base64::engine::general_purpose::STANDARD.encode(der);
        let lines = text
            .as_bytes()
            .chunks(64)
            .map(|line| std::str::from_utf8(line).unwrap());
        let lines: Vec<_> = lines.collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    });
    let pems: Vec<_> = pems.collect();
    let whole = pems.concat();
    assert!(whole.contains("//"));
    let raw: String = pems.iter().map(|pem| format!("R\"(\n{pem})\"\n")).collect();
    for text in [
        whole.clone(),
        format!("#include <x.h>\n{whole}"),
        format!("const char x[] =\n{raw};\n"),
    ] {
        assert_eq!(split(&text).0.len(), pems.len());
    }
    let strings: String = pems.iter().map(|pem| strings(pem)).collect();
    assert_eq!(
        split(&format!("const char x[] =\n{strings};\n")).0.len(),
        pems.len()
    );
}

#[test]
fn what_begins_often_and_never_ends_takes_no_time() {
    for word in [
        "/*",
        "R\"(",
        "-----BEGIN ",
        "\"-----BEGIN ",
        "#if 0\n",
        "#if 1\n#else\n",
        "//\\\n",
        "'",
    ] {
        let text = format!("const char {}", word.repeat(400_000 / word.len()));
        assert_eq!(Material::find("x.h", text.as_bytes()).found.len(), 0);
    }
}
