//! The Python that reproduces a card.

use super::losses::LossSettings;
use super::update::CodeReadout;
use crate::library::{Facts, code};

/// Lines for the loss of an id; none if none is asked for.
pub(super) fn shown(id: Option<&str>, losses: &LossSettings, facts: Facts) -> Option<Vec<CodeReadout>> {
    let card = losses.find(id?)?;
    let lines = code::lines_for(card.spec, &card.settings, facts);
    let readouts = lines
        .into_iter()
        .map(|line| CodeReadout {
            library: format!("{} {}", line.library.name, line.library.version),
            function: line.function,
            code: line.code,
        })
        .collect();
    Some(readouts)
}
