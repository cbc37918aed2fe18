//! The book: every page is in its contents, and every link leads somewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::{files, root};

/// The pages whose links are followed.
fn pages() -> Vec<PathBuf> {
    let mut pages = files(&root().join("docs"), ".md");
    pages.extend(["README.md", "CHANGELOG.md"].map(|name| root().join(name)));
    pages
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn every_page_is_in_the_contents_once_and_nothing_else_is() {
    let docs = root().join("docs");
    let summary = text(&docs.join("SUMMARY.md"));
    let mut listed: Vec<_> = links(&summary)
        .into_iter()
        .map(|link| docs.join(link.to))
        .collect();
    listed.sort();
    let mut there = files(&docs, ".md");
    there.retain(|path| !path.ends_with("SUMMARY.md"));
    assert_eq!(listed, there);
}

#[test]
fn the_book_is_made_of_the_docs_folder() {
    let book: toml::Table = text(&root().join("book.toml")).parse().unwrap();
    assert_eq!(book["book"]["src"].as_str(), Some("docs"));
    assert!(book["book"]["title"].as_str().is_some());
}

#[test]
fn every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let mut anchors = BTreeMap::new();
    let mut broken = Vec::new();
    let mut followed = 0;
    for page in pages() {
        for link in links(&text(&page)) {
            if link.to.contains("://") || link.to.starts_with("mailto:") {
                continue;
            }
            followed += 1;
            let problem = problem(&page, &link.to, &mut anchors);
            broken.extend(
                problem.map(|problem| format!("{}:{}: {problem}", page.display(), link.line)),
            );
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    assert!(followed > 100, "{followed} links were followed");
}

/// What is wrong with a link of `page`.
fn problem(
    page: &Path,
    to: &str,
    known: &mut BTreeMap<PathBuf, BTreeSet<String>>,
) -> Option<String> {
    let (file, anchor) = to
        .split_once('#')
        .map_or((to, None), |(file, anchor)| (file, Some(anchor)));
    let path = match file {
        "" => page.to_owned(),
        file => plain(&page.parent().unwrap().join(file)),
    };
    if !path.exists() {
        return Some(format!("{to}: there is no {}", path.display()));
    }
    if !path.starts_with(root()) {
        return Some(format!("{to}: it leads out of the project"));
    }
    let anchor = anchor?;
    let anchors = known
        .entry(path.clone())
        .or_insert_with(|| anchors(&text(&path)));
    (!anchors.contains(anchor)).then(|| format!("{to}: there is no such heading"))
}

/// A path without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn links_to_others_are_encrypted() {
    for page in pages() {
        for link in links(&text(&page)) {
            let plain = link.to.starts_with("http://");
            assert!(!plain, "{}:{}: {}", page.display(), link.line, link.to);
        }
    }
}

#[test]
fn a_broken_link_is_found() {
    let page = root().join("docs/policy.md");
    let mut known = BTreeMap::new();
    assert_eq!(problem(&page, "rules.md", &mut known), None);
    assert_eq!(problem(&page, "../README.md#licences", &mut known), None);
    assert!(problem(&page, "rulez.md", &mut known).is_some());
    assert!(problem(&page, "rules.md#nothing", &mut known).is_some());
    assert!(problem(&page, "../../../../etc/passwd", &mut known).is_some());
    let read = links("[a](b.md) `[c](d.md)` ![e](f.png)\n```\n[g](h.md)\n```\n[i]: j.md\n");
    let read: Vec<_> = read.into_iter().map(|link| link.to).collect();
    assert_eq!(read, ["b.md", "f.png", "j.md"]);
    let headings = anchors(
        "# `[audit]` & more\n## Two words\n## Two words\n<a id=\"own\"></a>\n```\n# no\n```\n",
    );
    let expected = ["audit--more", "own", "two-words", "two-words-1"];
    assert_eq!(headings, expected.map(str::to_owned).into());
}

struct Link {
    line: usize,
    to: String,
}

/// The links of a page, without those in code.
fn links(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    for (number, line) in prose(text) {
        let line = without_code(line);
        let mut rest = line.as_str();
        while let Some(at) = rest.find("](") {
            rest = &rest[at + 2..];
            let end = rest.find([')', ' ']).unwrap_or(rest.len());
            links.push(Link {
                line: number,
                to: rest[..end].to_owned(),
            });
        }
        let definition = line
            .strip_prefix('[')
            .and_then(|line| line.split_once("]: "));
        links.extend(definition.map(|(_, to)| Link {
            line: number,
            to: to.trim().to_owned(),
        }));
    }
    links
}

/// The anchors of a page, as GitHub makes them: of a heading its letters, digits, `-` and `_` in lowercase, `-` for each
/// space, a number behind one that was there already; and ids that are written.
fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut seen = BTreeMap::<String, usize>::new();
    for (_, line) in prose(text) {
        for id in line.split("<a id=\"").skip(1) {
            anchors.extend(id.split('"').next().map(str::to_owned));
        }
        let title = line.trim_start_matches('#');
        if title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = title.trim().to_lowercase();
        let kept = kept
            .chars()
            .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let slug: String = kept.map(|c| if c == ' ' { '-' } else { c }).collect();
        let count = seen.entry(slug.clone()).or_default();
        anchors.insert(match *count {
            0 => slug,
            count => format!("{slug}-{count}"),
        });
        *count += 1;
    }
    anchors
}

/// The lines outside of fenced blocks, with their numbers from 1.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    text.lines().enumerate().filter_map(move |(number, line)| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        (!fenced && !fence).then_some((number + 1, line))
    })
}

/// A line without what stands in backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}
