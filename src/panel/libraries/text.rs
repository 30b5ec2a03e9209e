//! Every sentence, title and label of the panel.

use crate::panel::Title;

pub(super) const TITLE: Title = Title {
    label: "Libraries",
    question: "Why is the same loss another number elsewhere?",
    about: "The same masks, the same name, another number. Each row is a library's own version of the loss: its \
            defaults but for what the row's call says, and what makes it differ from yours, with what that switch alone would do.",
};

/// A library at its version.
pub(super) fn version(library: &str, version: &str) -> String {
    format!("{library} {version}")
}

/// A parameter, in a sum of several losses with the loss that it belongs to.
pub(super) fn cause(term: Option<&str>, parameter: &str) -> String {
    term.map_or_else(|| parameter.into(), |term| format!("{term}: {parameter}"))
}
