//! The Python that reproduces a card.

use super::losses::LossSettings;
use super::update::CodeReadout;
use crate::field::Field;
use crate::library::{Facts, code};

/// Lines for the loss of an id, with what each library's call is worth here: they end with the card's value. None if
/// none is asked for.
pub(super) fn shown(
    id: Option<&str>,
    losses: &LossSettings,
    field: &Field<'_>,
    facts: Facts,
) -> Option<Vec<CodeReadout>> {
    let card = losses.find(id?)?;
    let closing = code::closing(card.loss.evaluate(field, None));
    let lines = code::lines_for(card.spec, &card.settings, facts);
    let readouts = lines
        .into_iter()
        .map(|line| CodeReadout {
            library: format!("{} {}", line.library.name, line.library.version),
            function: line.function,
            code: format!("{}\n{closing}", line.code),
        })
        .collect();
    Some(readouts)
}
