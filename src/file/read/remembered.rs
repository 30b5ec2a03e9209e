//! A choice that was made for an earlier file, on the next one of its shape.

use super::super::choice::{Assignment, Sizing, To, Values};
use super::super::{LONGEST_SCENE_SIDE, MOST_CLASSES, text};
use super::SuggestedReading;

/// Puts a remembered choice in the place of a suggestion. What it says is sure; what it does not know is suggested and
/// asked about. A choice of another kind of samples is left aside.
pub(super) fn take(suggestion: &mut SuggestedReading, remembered: &Values) {
    match (&mut suggestion.values, remembered) {
        (
            Values::Labels { of, classes, assign, rest },
            Values::Labels { of: known_of, classes: known_classes, assign: known, rest: known_rest },
        ) if of == known_of => {
            let new: Vec<Assignment> =
                assign.iter().filter(|new| known.iter().all(|old| old.key != new.key)).cloned().collect();
            let mut all = known.clone();
            for assignment in &new {
                let to = match assignment.to {
                    To::Class(class) if taken(&all, class) => free(&all).map_or(To::Void, To::Class),
                    to => to,
                };
                all.push(Assignment { to, ..assignment.clone() });
            }
            let most = all.iter().filter_map(|assignment| match assignment.to {
                To::Class(class) => Some(class + 1),
                To::Void | To::Nothing => None,
            });
            *classes = most.max().unwrap_or(0).max(*known_classes);
            *assign = all;
            *rest = *known_rest;
            suggestion.questions.clear();
            suggestion.remarks.push(text::as_remembered());
            if !new.is_empty() {
                suggestion.questions.push(text::new_values(new.len()));
            }
        }
        (values @ Values::Numbers { .. }, Values::Numbers { of: known_of, .. })
            if values.of() == known_of =>
        {
            *values = remembered.clone();
            suggestion.questions.clear();
            suggestion.remarks.push(text::as_remembered());
        }
        _ => {}
    }
}

/// Size of a file that cannot have its own, by the choice that was made for an earlier one: the same rule, to the size that
/// is suggested for this one, or the same part, which must be as large as a scene that it is for. None where that choice is
/// no answer for this file.
pub(super) fn size(
    (width, height): (usize, usize),
    own: (usize, usize),
    in_scene: bool,
    remembered: Sizing,
) -> Option<Sizing> {
    match remembered {
        Sizing::Resample { method, .. } => Some(Sizing::Resample { width, height, method }),
        Sizing::Crop { x, y, width: columns, height: rows } => {
            let within = |from: usize, length: usize, whole: usize| {
                from.checked_add(length).is_some_and(|end| end <= whole)
            };
            let is_part = within(x, columns, own.0) && within(y, rows, own.1);
            let fits = if in_scene {
                (columns, rows) == (width, height)
            } else {
                columns.max(rows) <= LONGEST_SCENE_SIDE
            };
            (is_part && fits).then_some(remembered)
        }
        Sizing::Own => None,
    }
}

fn taken(all: &[Assignment], class: u8) -> bool {
    all.iter().any(|assignment| assignment.to == To::Class(class))
}

fn free(all: &[Assignment]) -> Option<u8> {
    (0..MOST_CLASSES as u8).find(|&class| !taken(all, class))
}
