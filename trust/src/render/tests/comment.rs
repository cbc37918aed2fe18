use super::super::comment::comment;
use super::*;

/// Names that somebody could put into a certificate to break out of a comment.
pub(super) const HOSTILE: &[&str] = &[
    "*/ int evil; /*",
    "**//",
    "ends with a backslash \\",
    "ends with its trigraph ??/",
    "???/",
    "two\nlines\r\nand more",
    "\u{2028}line separator\u{85}next line",
    "-----BEGIN CERTIFICATE-----",
    "\u{202e}sdrawkcab\u{2066}",
    "{{ header }}{% raw %}",
    "#if 0",
    "\" ; ' \0",
    "Größe 漢字",
];

#[test]
fn harmful_text_is_spelled_out() {
    for (text, expected) in [
        ("ISRG Root X1", "ISRG Root X1"),
        ("Größe 漢字", "Größe 漢字"),
        ("*/", "*<U+002F>"),
        ("/*", "/<U+002A>"),
        ("a\\", "a<U+005C>"),
        ("??/", "?<U+003F>/"),
        ("????", "?<U+003F>?<U+003F>"),
        ("a\nb", "a<U+000A>b"),
        ("--", "-<U+002D>"),
        ("\u{202e}", "<U+202E>"),
        ("  a  ", "a"),
    ] {
        assert_eq!(comment(text), expected, "{text:?}");
    }
}

proptest::proptest! {
    #[test]
    fn nothing_harmful_is_left(text in "[*/\\\\?\\-\\n\\r<>a\u{202e}]{0,12}") {
        let safe = comment(&text);
        for harmful in ["*/", "/*", "\\", "??", "--", "\n", "\r", "\u{202e}"] {
            proptest::prop_assert!(!safe.contains(harmful), "{text:?} became {safe:?}");
        }
    }
}

/// Each text form of a store with hostile names has the same number of lines as with honest ones.
#[test]
fn hostile_names_add_no_lines() {
    for format in [Format::CHeader, Format::Pem, Format::Rust, Format::WebPki] {
        let honest = text(&ApprovedStore::from_gate(sample()), format);
        for name in HOSTILE {
            let mut contents = sample();
            contents.anchors[0].reason = (*name).to_owned();
            contents.anchors[0].owner = Some((*name).to_owned());
            contents.anchors[1].effective_end.source = (*name).to_owned();
            contents.inputs[0].name = (*name).to_owned();
            let hostile = text(&ApprovedStore::from_gate(contents), format);
            assert_eq!(
                hostile.lines().count(),
                honest.lines().count(),
                "{format:?} {name:?}"
            );
            assert!(!hostile.contains(['\r', '\u{202e}', '\u{2028}', '\u{85}', '\0']));
        }
    }
}
