//! The Python that reproduces a card.

use super::losses::Card;
use super::update::CodeReadout;
use crate::field::Field;
use crate::library::{Facts, code};

/// Lines of Python with what each library's call is worth here: they end with the card's value.
pub(super) fn lines(field: &Field<'_>, card: &Card) -> Vec<CodeReadout> {
    let closing = code::closing(card.loss.evaluate(field, None));
    let lines = code::lines_for(card.spec, &card.settings, Facts::of(field));
    lines
        .into_iter()
        .map(|line| CodeReadout {
            library: format!("{} {}", line.library.name, line.library.version),
            function: line.function,
            code: format!("{}\n{closing}", line.code),
        })
        .collect()
}
