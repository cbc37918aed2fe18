//! The page: well-formed, named, readable, nothing on top of anything else.

use roxmltree::{Document, Node};

use super::sample;
use crate::forecast::drawing::{Drawing, Text, WIDTHS};
use crate::forecast::html;

/// The drawings of a page, each by itself.
fn drawings(page: &str) -> Vec<&str> {
    let starts = page.match_indices("<svg xmlns=");
    let whole = |(start, _): (usize, &str)| {
        let length = page[start..].find("</svg>").unwrap() + "</svg>".len();
        &page[start..start + length]
    };
    // Bars and rows have no `svg` inside.
    starts.map(|(start, found)| whole((start, found))).collect()
}

#[test]
fn no_text_covers_another_or_leaves_the_page() {
    for width in WIDTHS {
        let drawing = Drawing::of(&sample(), width);
        let of_rows = drawing.rows.iter().flat_map(|row| &row.texts);
        let texts: Vec<&Text> = drawing.texts.iter().chain(of_rows).collect();
        assert!(texts.len() > 40, "{width:?}");
        for (place, text) in texts.iter().enumerate() {
            let (left, top, right, bottom) = text.edges();
            let inside =
                left >= 0 && right <= drawing.width && top >= 0 && bottom <= drawing.height;
            assert!(inside, "{width:?} {text:?}");
            for other in &texts[place + 1..] {
                let (l, t, r, b) = other.edges();
                let apart = right <= l || r <= left || bottom <= t || b <= top;
                assert!(apart, "{width:?}: {text:?} covers {other:?}");
            }
        }
    }
}

/// No text stands on a bar but the bar's number.
#[test]
fn no_text_covers_a_bar() {
    for width in WIDTHS {
        let drawing = Drawing::of(&sample(), width);
        let rows = &drawing.rows;
        let texts = rows.iter().flat_map(|row| &row.texts);
        for text in texts.filter(|text| text.class != "number") {
            let (_, top, _, bottom) = text.edges();
            let covers = |row: &&crate::forecast::drawing::Row| {
                top < row.top + row.height && row.top < bottom
            };
            assert_eq!(
                rows.iter().find(covers).map(|row| &row.name),
                None,
                "{text:?}"
            );
        }
    }
}

#[test]
fn the_drawings_are_xml_and_every_row_has_a_name() {
    let page = html::page(&sample()).unwrap();
    let drawings = drawings(&page);
    assert_eq!(drawings.len(), 2);
    for drawing in drawings {
        let document = Document::parse(drawing).unwrap();
        let root = document.root_element();
        assert!(named(&document, root).contains("Independent paths"));
        let rows = root
            .children()
            .filter(|node| node.has_tag_name((root.tag_name().namespace().unwrap(), "g")));
        let rows: Vec<_> = rows.collect();
        assert_eq!(rows.len(), 12);
        for row in rows {
            assert_eq!(row.attribute("role"), Some("img"));
            assert!(named(&document, row).contains("goes dark"));
        }
    }
}

/// The text that `aria-labelledby` leads to.
fn named(document: &Document<'_>, node: Node<'_, '_>) -> String {
    let ids = node.attribute("aria-labelledby").unwrap().split(' ');
    let text = |id: &str| {
        let mut all = document.descendants();
        let found = all.find(|other| other.attribute("id") == Some(id));
        found.unwrap().text().unwrap().to_owned()
    };
    ids.map(text).collect()
}

#[test]
fn the_page_is_self_contained_and_everything_in_it_is_text() {
    let page = html::page(&sample()).unwrap();
    for foreign in [
        "<script",
        "<b>",
        "<over>",
        "http-equiv=\"refresh\"",
        "src=",
        "href=",
        "@import",
        "\u{202e}",
        "\u{7}",
    ] {
        assert!(!page.contains(foreign), "{foreign:?}");
    }
    let addresses = page.matches("url(").count();
    assert_eq!(addresses, page.matches("url(#").count());
}

/// Each kind of bar looks different without colour: another fill, or another outline.
#[test]
fn every_kind_of_bar_has_a_pattern_of_its_own() {
    let page = html::page(&sample()).unwrap();
    for kind in ["one", "many", "lost", "maybe", "unknown"] {
        assert!(
            page.contains(&format!("svg .{kind} {{ fill: url(#{kind}); }}")),
            "{kind}"
        );
        assert!(page.contains(&format!("<pattern id=\"{kind}\"")), "{kind}");
    }
    assert!(page.contains("svg .none { fill: none; stroke-dasharray"));
}

/// What each release hangs on: a row for each thing that is left out, and no section where that was not asked.
#[test]
fn what_each_hangs_on_is_a_table_of_its_own() {
    let asked = sample();
    let page = html::page(&asked).unwrap();
    assert_eq!(
        page.matches("class=\"left-out\"").count(),
        asked.releases.len()
    );
    assert!(page.contains("<bdi>host a-long-host-name.of-a-long-domain.example.com</bdi>"));
    assert!(page.contains("<bdi>nothing</bdi>"));
    let mut not_asked = asked;
    for release in &mut not_asked.releases {
        release.leave_one_out = None;
    }
    let page = html::page(&not_asked).unwrap();
    assert!(!page.contains("left-out\""), "{page}");
}
