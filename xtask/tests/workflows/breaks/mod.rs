//! One thing broken once in a workflow, for each rule.

mod files;
mod references;
mod rights;
mod steps;

/// All of them, by what they break.
pub const ALL: &[&[Break]] = &[references::ALL, rights::ALL, steps::ALL, files::ALL];

/// One thing broken once: the file, what is replaced by what, and what must be said.
pub struct Break {
    pub file: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub says: &'static str,
}

const fn change(
    file: &'static str,
    from: &'static str,
    to: &'static str,
    says: &'static str,
) -> Break {
    Break {
        file,
        from,
        to,
        says,
    }
}

const CHECKOUT: &str = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2";
