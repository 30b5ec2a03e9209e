//! The Python that reproduces a card.

use super::losses::Card;
use super::update::CodeReadout;
use crate::field::Field;
use crate::library::{Facts, code};

pub(super) fn lines(field: &Field<'_>, card: &Card) -> Vec<CodeReadout> {
    let lines = code::lines_for(card.spec, &card.settings, Facts::of(field));
    lines
        .into_iter()
        .map(|line| CodeReadout {
            library: format!("{} {}", line.library.name, line.library.version),
            function: line.function,
            code: line.code,
        })
        .collect()
}
