//! Libraries: one loss as every library has it, and what makes them differ.

mod axis;
pub mod study;
mod text;

use serde::{Deserialize, Serialize};

use super::{Panel, Report, Seen, SetLoss, Title};
use crate::field::{Field, Shape};
use crate::loss;
use crate::loss::config::ConfigError;
use crate::paint::number;
use axis::NumberLine;
use study::{Cause, Row, compare};

/// See the [module docs](self).
#[derive(Debug)]
pub struct Libraries;

/// State of the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LibrariesState {
    /// Id of the loss that is compared.
    pub loss: String,
}

impl Default for LibrariesState {
    fn default() -> Self {
        Self { loss: loss::dice::SPEC.id.into() }
    }
}

/// One loss in all libraries.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ComparisonReadout {
    /// Id of the loss.
    pub id: String,
    /// Value of its card.
    pub value: f64,
    /// Value as text.
    pub text: String,
    /// Place of the value on the axis that all rows share, from 0 to 1.
    pub position: f64,
    /// Place of 0 there.
    pub zero: f64,
    /// Ends of the axis as text.
    pub axis: [String; 2],
    /// One for each library and function.
    pub rows: Vec<ComparisonRow>,
}

/// A library's version of the loss.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ComparisonRow {
    /// Id of the library.
    pub library: String,
    /// Name and version of the library.
    pub name: String,
    /// Its function.
    pub function: String,
    /// The call, as Python has it.
    pub call: String,
    /// Value that it returns.
    pub value: f64,
    /// Value as text.
    pub text: String,
    /// Place of the value on the axis that all rows share, from 0 to 1.
    pub position: f64,
    /// True if that is the value of the card, but for rounding.
    pub same: bool,
    /// Difference from the card's value, as text with a sign; empty where it is the same.
    pub difference_text: String,
    /// Differences of the settings from the card's, one each.
    pub causes: Vec<CauseReadout>,
    /// Sentences about what else the library does here.
    pub notes: Vec<String>,
}

/// One difference from the card.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct CauseReadout {
    /// Name of the parameter.
    pub label: String,
    /// Setting of the card.
    pub ours: String,
    /// Setting of the library.
    pub theirs: String,
    /// Change of the value when this alone is switched, as text.
    pub effect_text: String,
    /// True if the effect shows in the digits of the value.
    pub shows: bool,
}

impl Panel for Libraries {
    const ID: &'static str = "libraries";
    const TITLE: Title = text::TITLE;
    type State = LibrariesState;

    fn settle(state: &mut LibrariesState, _: Shape) {
        if loss::find(&state.loss).is_none() {
            *state = LibrariesState::default();
        }
    }

    fn report(state: &LibrariesState, seen: &mut Seen<'_>) -> Report {
        let compared = seen.loss(&state.loss).and_then(|set| comparison(seen.field, set).ok());
        compared.map_or_else(Report::default, |compared| Report::default().with_details(&compared))
    }
}

fn comparison(field: &Field<'_>, set: SetLoss<'_>) -> Result<ComparisonReadout, ConfigError> {
    let compared = compare(field, set.spec, set.settings)?;
    let values = compared.rows.iter().map(|row| row.value).chain([compared.value]);
    let axis = NumberLine::around(values);
    Ok(ComparisonReadout {
        id: set.spec.id.into(),
        value: compared.value,
        text: number::short(compared.value),
        position: axis.position(compared.value),
        zero: axis.position(0.0),
        axis: [number::tick(axis.least), number::tick(axis.most)],
        rows: compared.rows.into_iter().map(|row| comparison_row(row, compared.value, axis)).collect(),
    })
}

fn comparison_row(row: Row, own: f64, axis: NumberLine) -> ComparisonRow {
    ComparisonRow {
        library: row.library.into(),
        name: text::version(row.name, row.version),
        function: row.function.into(),
        call: row.call,
        value: row.value,
        text: number::short(row.value),
        position: axis.position(row.value),
        same: row.same,
        difference_text: if row.same { String::new() } else { number::signed(row.value - own) },
        causes: row.causes.into_iter().map(|one| cause(one, own)).collect(),
        notes: row.notes,
    }
}

/// A change below this, relative to the value, does not show in the four digits that are written of it.
const SHOWS: f64 = 5e-5;

fn cause(cause: Cause, own: f64) -> CauseReadout {
    CauseReadout {
        label: text::cause(cause.term, cause.label),
        ours: cause.ours,
        theirs: cause.theirs,
        effect_text: number::signed(cause.effect),
        shows: cause.effect.is_nan() || cause.effect.abs() > SHOWS * own.abs(),
    }
}
