//! Names as RFC 4514 texts.

/// The first attribute of this type in an RFC 4514 text. Escaped commas do not end a value.
pub(crate) fn attribute<'t>(name: &'t str, kind: &str) -> Option<&'t str> {
    let mut start = 0;
    let mut escaped = false;
    let ends = name.char_indices().filter(|(_, c)| {
        let ends = *c == ',' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let ends: Vec<_> = ends.map(|(at, _)| at).chain([name.len()]).collect();
    ends.into_iter().find_map(|end| {
        let part = &name[start..end];
        start = (end + 1).min(name.len());
        part.strip_prefix(kind)?.strip_prefix('=')
    })
}
