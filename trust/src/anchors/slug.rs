//! File names of the pool.

/// The file name for a certificate with this name: `ISRG Root X1` becomes `isrg-root-x1.pem`. ASCII letters
/// and digits stay, in lower case; whatever stands between them becomes one hyphen.
pub fn file_name(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    let slug = words.join("-").to_ascii_lowercase();
    format!(
        "{}.pem",
        if slug.is_empty() {
            "certificate"
        } else {
            &slug
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_file_names() {
        for (name, file) in [
            ("ISRG Root X1", "isrg-root-x1.pem"),
            ("GlobalSign Root CA - R3", "globalsign-root-ca-r3.pem"),
            ("Főtanúsítvány", "f-tan-s-tv-ny.pem"),
            ("../../etc/passwd", "etc-passwd.pem"),
            ("根证书", "certificate.pem"),
            ("", "certificate.pem"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
