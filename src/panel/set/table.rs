//! The rows of a set as columns: sorted, compared, exported.

use std::collections::BTreeMap;

use super::row::{ImageNumbers, METRICS, RowOutcome, SetMetric, SetRow};
use super::{SetAsked, SetColumn, SetDispute, SetRowReadout, text};
use crate::field::Task;
use crate::loss::{LOSSES, Spec};
use crate::paint::chart::Table;
use crate::paint::chart::table::Cell;
use crate::scene::Plane;
use crate::study::set::{Better, disagreements, rank_correlation};

/// Id of the column of names.
pub(super) const NAME: &str = "name";

/// Most images that are told for each loss on which it disagrees with the metric.
const MOST_DISPUTES: usize = 3;

/// Quantity of a column.
#[derive(Debug, Clone, Copy)]
enum Quantity {
    Width,
    Height,
    Share(usize),
    Components,
    Empty,
    Loss(&'static Spec),
    Metric(&'static SetMetric),
}

impl Quantity {
    fn id(self) -> String {
        match self {
            Self::Width => "width".into(),
            Self::Height => "height".into(),
            Self::Share(class) => format!("share{class}"),
            Self::Components => "components".into(),
            Self::Empty => "empty".into(),
            Self::Loss(spec) => spec.id.into(),
            Self::Metric(metric) => format!("metric.{}", metric.id),
        }
    }

    fn of(self, numbers: &ImageNumbers) -> Option<f64> {
        match self {
            Self::Width => Some(numbers.width as f64),
            Self::Height => Some(numbers.height as f64),
            Self::Share(class) => numbers.shares.get(class).copied(),
            Self::Components => Some(numbers.components as f64),
            Self::Empty => Some(f64::from(u8::from(numbers.empty))),
            Self::Loss(spec) => numbers.losses.get(spec.id).copied().flatten(),
            Self::Metric(metric) => numbers.metrics.get(metric.id).copied().flatten(),
        }
    }

    fn label(self, task: Task) -> String {
        match self {
            Self::Loss(spec) => spec.name.of(task).to_owned(),
            Self::Metric(metric) => metric.name.to_owned(),
            Self::Share(class) => text::share(class, task),
            Self::Width => text::WIDTH.into(),
            Self::Height => text::HEIGHT.into(),
            Self::Components => text::COMPONENTS.into(),
            Self::Empty => text::EMPTY.into(),
        }
    }

    fn text(self, value: Option<f64>) -> String {
        match (self, value) {
            (_, None) => text::UNDEFINED.to_owned(),
            (Self::Width | Self::Height | Self::Components, Some(count)) => format!("{count}"),
            (Self::Empty, Some(empty)) => text::yes_or_no(empty > 0.5),
            (Self::Share(_), Some(share)) => crate::paint::number::percent(share),
            (Self::Loss(_) | Self::Metric(_), Some(value)) => crate::paint::number::short(value),
        }
    }
}

/// Rows of a set, with its columns.
#[derive(Debug)]
pub(super) struct SetTable<'r> {
    rows: &'r [SetRow],
    quantities: Vec<Quantity>,
    pub(super) task: Task,
}

/// Agreement of a loss with a metric.
#[derive(Debug, Clone, Copy)]
pub(super) struct Agreement {
    pub(super) spec: &'static Spec,
    /// Rank correlation, signed so that 1 is the same order of the images from the best on; none where undefined.
    pub(super) correlation: Option<f64>,
}

impl<'r> SetTable<'r> {
    /// The table of some rows: its columns are what any of them has.
    pub(super) fn of(rows: &'r [SetRow]) -> Self {
        let all = || rows.iter().filter_map(numbers);
        let classes = all().map(|numbers| numbers.shares.len()).max().unwrap_or(0);
        let task = if all().any(|numbers| numbers.task() == Task::Multiclass) {
            Task::Multiclass
        } else {
            Task::Binary
        };
        let losses = LOSSES.iter().filter(|spec| all().any(|n| n.losses.contains_key(spec.id)));
        let quantities = [Quantity::Width, Quantity::Height]
            .into_iter()
            .chain((0..classes).map(Quantity::Share))
            .chain([Quantity::Components, Quantity::Empty])
            .chain(losses.copied().map(Quantity::Loss))
            .chain(METRICS.iter().map(Quantity::Metric));
        Self { rows, quantities: quantities.collect(), task }
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Number of rows with numbers.
    pub(super) fn measured(&self) -> usize {
        self.rows.iter().filter_map(numbers).count()
    }

    /// Losses that have a column.
    pub(super) fn losses(&self) -> impl Iterator<Item = &'static Spec> {
        self.quantities.iter().filter_map(|quantity| match quantity {
            Quantity::Loss(spec) => Some(*spec),
            _ => None,
        })
    }

    pub(super) fn columns(&self) -> Vec<SetColumn> {
        let name = SetColumn { id: NAME.into(), label: text::IMAGE.into() };
        let column = |quantity: &Quantity| SetColumn { id: quantity.id(), label: quantity.label(self.task) };
        std::iter::once(name).chain(self.quantities.iter().map(column)).collect()
    }

    fn column(&self, quantity: Quantity) -> Vec<Option<f64>> {
        self.rows.iter().map(|row| numbers(row).and_then(|numbers| quantity.of(numbers))).collect()
    }

    /// Values of a loss by row.
    pub(super) fn values(&self, spec: &'static Spec) -> Vec<Option<f64>> {
        self.column(Quantity::Loss(spec))
    }

    /// Number of images by their number of classes.
    pub(super) fn classes(&self) -> BTreeMap<usize, usize> {
        let mut counts = BTreeMap::new();
        for numbers in self.rows.iter().filter_map(numbers) {
            *counts.entry(numbers.classes).or_default() += 1;
        }
        counts
    }

    /// The first rows by a column, of equal ones the earlier first; those without a number are last either way. A column
    /// that there is not sorts by the name.
    pub(super) fn sorted(&self, by: &str, descending: bool, most: usize) -> Vec<SetRowReadout> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        let turned = |ordering: std::cmp::Ordering| if descending { ordering.reverse() } else { ordering };
        match self.quantities.iter().find(|quantity| quantity.id() == by) {
            Some(&quantity) => {
                let column = self.column(quantity);
                order.sort_by(|&a, &b| match (column[a], column[b]) {
                    (Some(a), Some(b)) => turned(a.total_cmp(&b)),
                    (a, b) => b.is_some().cmp(&a.is_some()),
                });
            }
            None => order.sort_by(|&a, &b| turned(self.rows[a].name.cmp(&self.rows[b].name))),
        }
        order.into_iter().take(most).map(|row| self.readout(row)).collect()
    }

    fn readout(&self, at: usize) -> SetRowReadout {
        let row = &self.rows[at];
        let mut cells = vec![row.name.clone()];
        if let Some(numbers) = numbers(row) {
            cells.extend(self.quantities.iter().map(|quantity| quantity.text(quantity.of(numbers))));
        }
        SetRowReadout { row: at, cells, note: note(row).map(ToOwned::to_owned) }
    }

    /// How far the order of the images by each loss agrees with that by a metric.
    pub(super) fn agreements(&self, metric: &'static SetMetric) -> Vec<Agreement> {
        let by_metric = self.column(Quantity::Metric(metric));
        let sign = match metric.better {
            Better::Larger => -1.0,
            Better::Smaller => 1.0,
        };
        self.losses()
            .map(|spec| Agreement {
                spec,
                correlation: rank_correlation(&self.values(spec), &by_metric).map(|found| sign * found),
            })
            .collect()
    }

    /// For each loss the images on which it disagrees with a metric most.
    pub(super) fn disputes(&self, metric: &'static SetMetric) -> Vec<SetDispute> {
        let by_metric = self.column(Quantity::Metric(metric));
        let of_loss = |spec: &'static Spec| {
            let found = disagreements(&self.values(spec), &by_metric, metric.better, MOST_DISPUTES);
            found.into_iter().map(|found| SetDispute {
                row: found.image,
                text: text::dispute(&self.rows[found.image].name, spec.name.of(self.task), metric, &found),
            })
        };
        self.losses().flat_map(of_loss).collect()
    }

    /// One question for each kind of file that can be read in several ways.
    pub(super) fn asked(&self) -> Vec<SetAsked> {
        let mut kinds: Vec<((Plane, &str), SetAsked)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let RowOutcome::Asked { plane, shape_key, question } = &row.outcome else { continue };
            let kind = (*plane, shape_key.as_str());
            if let Some((_, asked)) = kinds.iter_mut().find(|(known, _)| *known == kind) {
                asked.rows += 1;
            } else {
                let asked = SetAsked { row: at, plane: *plane, rows: 1, text: question.clone() };
                kinds.push((kind, asked));
            }
        }
        kinds.into_iter().map(|(_, asked)| asked).collect()
    }

    /// Comma-separated values, one line of ids and one for each row, numbers in full precision.
    pub(super) fn csv(&self) -> String {
        let ends = |row: &SetRow| {
            [&row.name, &row.truth, &row.prediction].map(|name| Cell::Text(name.clone())).to_vec()
        };
        let columns = ["image", "truth", "prediction"].into_iter().map(ToOwned::to_owned);
        let cells = |row: &SetRow| {
            let cell = |quantity: &Quantity| {
                numbers(row).and_then(|numbers| quantity.of(numbers)).map_or(Cell::Empty, Cell::Number)
            };
            let note = note(row).map_or(Cell::Empty, |note| Cell::Text(note.to_owned()));
            ends(row).into_iter().chain(self.quantities.iter().map(cell)).chain([note]).collect()
        };
        Table {
            columns: columns.chain(self.quantities.iter().map(|q| q.id())).chain(["note".into()]).collect(),
            rows: self.rows.iter().map(cells).collect(),
        }
        .csv()
    }
}

fn numbers(row: &SetRow) -> Option<&ImageNumbers> {
    match &row.outcome {
        RowOutcome::Measured { numbers } => Some(numbers),
        RowOutcome::Refused { .. } | RowOutcome::Asked { .. } => None,
    }
}

/// Sentence of a row without numbers.
fn note(row: &SetRow) -> Option<&str> {
    match &row.outcome {
        RowOutcome::Measured { .. } => None,
        RowOutcome::Refused { reason } => Some(reason),
        RowOutcome::Asked { question, .. } => Some(question),
    }
}
