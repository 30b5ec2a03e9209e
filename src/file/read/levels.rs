//! One value a pixel: class ids, masks, grey levels, or numbers.
//!
//! In this order:
//!
//! 1. Values that the truth's legend has are what they are there.
//! 2. 255, 65535, −1 and −100 are void as soon as there is a small id (0 to 33) beside them that is no mask's other end:
//!    0 and 255 alone are a mask. Few pixels between 0 and 255 are strays of a mask.
//! 3. Two values are a mask: the larger is the foreground, and 0 is the background.
//! 4. Whole numbers from 0 to 31 are class ids; those that start above 0 or go beyond 31 are numbered in rising order.
//! 5. Other values, up to 32 of them, are levels of classes in rising order.
//! 6. All else are numbers: see `numbers`.

use super::super::choice::{Assignment, Key, Of, Rest, To, Values};
use super::super::palette::NamedIds;
use super::super::{FileRefusal, MOST_CLASSES, text};
use super::tally::Tally;
use super::{RuleFacts, SampleKind, SuggestedReading, assign_values, numbers};
use crate::scene::Plane;

/// Largest id that counts as a small one: the last of Cityscapes.
const LARGEST_SMALL_ID: f64 = 33.0;
/// Values that files use for void.
const VOIDS: [f64; 4] = [255.0, 65535.0, -1.0, -100.0];
/// Most values between the ends of a mask that are snapped, as a share of its pixels: of a format that changes values.
const MOST_LOSSY_BETWEEN: f64 = 0.2;
/// The same, of a format that does not.
const MOST_STRAYS: f64 = 0.01;

pub(super) fn suggest(tally: &Tally, of: Of, facts: RuleFacts<'_>) -> Result<SuggestedReading, FileRefusal> {
    if let Some(known) = by_legend(tally, &of, facts) {
        return Ok(known);
    }
    if let Some(ids) = divided_ids(tally, &of) {
        return Ok(ids);
    }
    if facts.lossy && !tally.many {
        return lossy(tally, of, facts);
    }
    if tally.many || !tally.whole || tally.counts.len() > 256 {
        return numbers::one(tally, of, facts);
    }
    let (small, voids) = split_voids(tally, facts);
    if let Some(mask) = strays(tally, &of, &voids, facts) {
        return Ok(mask);
    }
    if let Some(ids) = named_ids(&small, &voids, &of, facts) {
        return Ok(ids);
    }
    match small.len() {
        0 => Ok(only_void(tally, of, facts)),
        // A prediction may be one doubt everywhere, which is no class.
        1 if facts.plane == Plane::Prediction
            && voids.is_empty()
            && small[0].0 > 1.0
            && facts.white.is_none_or(|white| small[0].0 < white) =>
        {
            Ok(numbers::one(tally, of, facts)?.asking(text::which_is_it(small[0].0)))
        }
        1 => Ok(one_value(small[0], &voids, of, facts)),
        2 => Ok(two_values([small[0], small[1]], &voids, of, facts)),
        _ => match class_ids(&small, &voids, &of, facts) {
            Some(ids) if !evenly_spaced(&small) => Ok(ids),
            _ if small.len() <= MOST_CLASSES => Ok(few_levels(&small, &voids, of, tally, facts)),
            _ => numbers::one(tally, of, facts),
        },
    }
}

/// True for values that are one and the same in the file.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

/// Values and void values, each with its pixels.
type Counted = Vec<(f64, usize)>;

fn split_voids(tally: &Tally, facts: RuleFacts<'_>) -> (Counted, Counted) {
    let is_void = |value: f64| VOIDS.contains(&value) || facts.type_most == Some(value);
    let (voids, small): (Counted, Counted) = tally.counts.iter().partition(|(value, _)| is_void(*value));
    let positive = voids.iter().filter(|(value, _)| *value > 0.0).count();
    let only_zero = small.len() == 1 && small[0].0 == 0.0;
    let even = evenly_spaced(&tally.counts) && tally.most > LARGEST_SMALL_ID;
    let has_small_id = small.iter().any(|(value, _)| (0.0..=LARGEST_SMALL_ID).contains(value));
    // 0 and 255 are the two ends of a mask, and 0, 128, 255 are levels.
    // −1 and 1 are two ends too.
    let signed = matches!(small[..], [(1.0, _)]) && matches!(voids[..], [(-1.0, _)]);
    if signed {
        return (tally.counts.clone(), Vec::new());
    }
    if (only_zero && positive == 1) || even || (!has_small_id && small.len() > 1) {
        let (voids, small): (Counted, Counted) =
            tally.counts.iter().partition(|(value, _)| *value < 0.0 && is_void(*value));
        return (small, voids);
    }
    (small, voids)
}

/// True for three and more values in steps of at least 8, equal to a tenth: levels that were drawn to be seen.
fn evenly_spaced(counts: &[(f64, usize)]) -> bool {
    let values: Vec<f64> = counts.iter().map(|(value, _)| *value).filter(|value| *value >= 0.0).collect();
    let steps: Vec<f64> = values.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let mean = steps.iter().sum::<f64>() / steps.len().max(1) as f64;
    steps.len() >= 2 && mean >= 8.0 && steps.iter().all(|step| (step - mean).abs() <= 0.1 * mean)
}

fn assign_void(voids: &[(f64, usize)]) -> impl Iterator<Item = (f64, To)> {
    voids.iter().map(|(value, _)| (*value, To::Void))
}

fn labels(of: Of, classes: usize, assign: Vec<Assignment>) -> Values {
    Values::Labels { of, classes: classes.clamp(2, MOST_CLASSES) as u8, assign, rest: Rest::Nearest }
}

/// Values that the truth of the scene has, all of them.
fn by_legend(tally: &Tally, of: &Of, facts: RuleFacts<'_>) -> Option<SuggestedReading> {
    let scene = facts.scene?;
    let legend = scene.legend.filter(|legend| legend.of == *of)?;
    if facts.plane == Plane::Truth || tally.many || tally.counts.is_empty() {
        return None;
    }
    let found = |&(value, _): &(f64, usize)| legend.assign.iter().find(|a| a.key == Key::Value(value));
    let assign: Option<Vec<Assignment>> = tally.counts.iter().map(|count| found(count).cloned()).collect();
    assign?;
    let kind = if scene.classes == 2 { SampleKind::Mask } else { SampleKind::Ids };
    let values = Values::Labels {
        of: of.clone(),
        classes: scene.classes.clamp(2, MOST_CLASSES) as u8,
        assign: legend.assign.clone(),
        rest: Rest::Nearest,
    };
    Some(SuggestedReading::sure(kind, values, text::as_in_truth(&numbers_of(&tally.counts))))
}

/// Class ids that were divided by 255, as a conversion to a tensor does.
fn divided_ids(tally: &Tally, of: &Of) -> Option<SuggestedReading> {
    if tally.many || tally.whole || tally.counts.len() < 2 || tally.counts.len() > MOST_CLASSES {
        return None;
    }
    let ids: Vec<f64> = tally.counts.iter().map(|(value, _)| value * 255.0).collect();
    let near = |id: &f64| (id - id.round()).abs() < 1e-3 && (-0.5..MOST_CLASSES as f64 - 0.5).contains(id);
    if !ids.iter().all(near) || tally.most * 255.0 > 31.5 {
        return None;
    }
    let most = (tally.most * 255.0).round() as usize;
    let pairs = tally.counts.iter().zip(&ids).map(|((value, _), id)| (*value, To::Class(id.round() as u8)));
    let values = labels(of.clone(), most + 1, assign_values(pairs));
    Some(
        SuggestedReading::sure(SampleKind::Ids, values, text::divided_ids(most))
            .asking(text::are_divided_ids()),
    )
}

/// Picture in a format that changes values: a mask whose levels lie near both ends, or numbers.
fn lossy(tally: &Tally, of: Of, facts: RuleFacts<'_>) -> Result<SuggestedReading, FileRefusal> {
    let white = facts.white.unwrap_or(tally.most);
    let low = tally.pixels_of(|value| value <= 0.25 * white);
    let high = tally.pixels_of(|value| value >= 0.75 * white);
    let between = tally.pixels - low - high;
    if tally.most <= LARGEST_SMALL_ID && tally.most > 1.0 {
        let suggestion = match class_ids(&tally.counts, &[], &of, facts) {
            Some(ids) => ids,
            None => numbers::one(tally, of, facts)?,
        };
        return Ok(suggestion.asking(text::lossy_ids(tally.most)));
    }
    let mask = labels(of.clone(), 2, assign_values([(0.0, To::Class(0)), (white, To::Class(1))]));
    let ends = tally.pixels_of(|value| value == 0.0 || same(value, white));
    if between as f64 > MOST_LOSSY_BETWEEN * tally.pixels as f64 {
        let suggestion = numbers::one(tally, of, facts)?;
        return Ok(suggestion.or(text::alternative_mask(white), mask));
    }
    let text = text::lossy_mask(tally.counts.len(), white);
    let mut suggestion = SuggestedReading::sure(SampleKind::Mask, mask, text)
        .saying(text::snapped(tally.pixels - ends, tally.pixels));
    if low == 0 || high == 0 {
        suggestion = suggestion.asking(text::one_end(low == 0));
    }
    Ok(suggestion.or(text::alternative_numbers(), numbers::levels_as_probabilities(of, white)))
}

/// Mask of 0 and its white with few pixels between, or near its ends.
fn strays(tally: &Tally, of: &Of, voids: &[(f64, usize)], facts: RuleFacts<'_>) -> Option<SuggestedReading> {
    let [(first, dark), .., (last, bright)] = tally.counts[..] else { return None };
    let white = facts.white.filter(|&white| white >= 255.0).unwrap_or(255.0);
    // Levels up to 255 in a type of more bits are those of 8.
    let white = if last <= 255.0 { 255.0 } else { white };
    if tally.counts.len() < 3 || first < 0.0 || first > 0.1 * white || last < 0.9 * white {
        return None;
    }
    let near_dark = tally.pixels_of(|value| value <= 0.1 * white);
    let near_bright = tally.pixels_of(|value| value >= 0.9 * white);
    let between = tally.pixels - near_dark - near_bright;
    let few = |count: usize| count as f64 <= MOST_STRAYS * tally.pixels as f64;
    let all = tally.pixels - dark - bright;
    // An id has a region and void is its rim, or void is nearly all: a stray is rare beside both ends.
    let rare = 20 * all <= bright.min(dark);
    let bright_levels = tally.counts.iter().filter(|(value, _)| *value >= 0.9 * white).count();
    // Void is one value. Levels about the bright end are those of a mask that was compressed or scaled.
    let noise =
        bright_levels > 1 && few(between) && tally.counts.iter().any(|(value, _)| *value > LARGEST_SMALL_ID);
    if first != 0.0 || !(few(all) && rare || noise) {
        return None;
    }
    let mask = labels(of.clone(), 2, assign_values([(0.0, To::Class(0)), (last, To::Class(1))]));
    let mut found: Counted = tally.counts[1..tally.counts.len() - 1].to_vec();
    found.truncate(6);
    let mut suggestion = SuggestedReading::sure(SampleKind::Mask, mask, text::mask(0.0, last))
        .saying(text::strays(all, &numbers_of(&found), tally.counts.len() - 2 > found.len()));
    let small: Counted =
        tally.counts.iter().filter(|(value, _)| *value <= LARGEST_SMALL_ID).copied().collect();
    if !voids.is_empty() && small.len() > 1 && bright_levels == 1 {
        let most = small.last().map_or(0.0, |(value, _)| *value) as usize;
        if most < MOST_CLASSES && small.len() == tally.counts.len() - 1 {
            let pairs = small.iter().map(|(value, _)| (*value, To::Class(*value as u8)));
            let ids = labels(of.clone(), most + 1, assign_values(pairs.chain(assign_void(voids))));
            suggestion = suggestion.or(text::alternative_ids(last), ids);
        }
        suggestion = suggestion.asking(text::are_strays(all, last));
    }
    Some(suggestion)
}

/// Ids of a data set whose files are named by it.
fn named_ids(
    small: &[(f64, usize)],
    voids: &[(f64, usize)],
    of: &Of,
    facts: RuleFacts<'_>,
) -> Option<SuggestedReading> {
    let known = NamedIds::of_name(facts.name)?;
    let meanings: Option<Vec<_>> = small
        .iter()
        .map(|(value, _)| known.meaning(Some(*value).filter(|v| (0.0..=255.0).contains(v))? as u8))
        .collect();
    let meanings = meanings.filter(|meanings| meanings.len() > 1)?;
    let renumber = known != NamedIds::CityscapesTrain;
    let mut next = 0;
    let mut assign = Vec::new();
    let mut classes = 0;
    for ((value, _), meaning) in small.iter().zip(meanings) {
        let to = match meaning.class {
            None => To::Void,
            Some(_) if renumber => {
                next += 1;
                To::Class(next - 1)
            }
            Some(class) => To::Class(class),
        };
        if let To::Class(class) = to {
            classes = classes.max(usize::from(class) + 1);
        }
        assign.push(Assignment { key: Key::Value(*value), to, name: Some(meaning.name.to_owned()) });
    }
    if let Some(wanted) = facts.many_classes() {
        classes = classes.max(wanted.min(MOST_CLASSES));
    }
    assign.extend(assign_values(assign_void(voids)));
    if classes > MOST_CLASSES {
        return None;
    }
    let text = text::named_ids(known.name(), &numbers_of(small));
    let suggestion = SuggestedReading::sure(SampleKind::Ids, labels(of.clone(), classes, assign), text);
    Some(if renumber {
        let of = known.count();
        suggestion.saying(text::renumbered(next.into(), of)).asking(text::named_by_file(known.name()))
    } else {
        suggestion
    })
}

/// Nothing but values that stand for void.
fn only_void(tally: &Tally, of: Of, facts: RuleFacts<'_>) -> SuggestedReading {
    let (value, _) = tally.counts[0];
    let values = labels(of.clone(), scene_classes(facts, 2), assign_values(assign_void(&tally.counts)));
    let whole = labels(of, 2, assign_values([(value, To::Class(1))]));
    SuggestedReading::sure(SampleKind::Ids, values, text::only_void(value))
        .asking(text::is_void_or_full(value))
        .or(text::alternative_full(), whole)
}

fn scene_classes(facts: RuleFacts<'_>, own: usize) -> usize {
    facts.many_classes().map_or(own, |classes| classes.max(own).min(MOST_CLASSES))
}

/// One value beside void.
fn one_value(
    (value, _): (f64, usize),
    voids: &[(f64, usize)],
    of: Of,
    facts: RuleFacts<'_>,
) -> SuggestedReading {
    let full = facts.white == Some(value);
    let class = match value {
        0.0 => 0,
        1.0 => 1,
        _ if full => 1,
        small if (2.0..MOST_CLASSES as f64).contains(&small) => small as u8,
        _ => 1,
    };
    let to = |class| assign_values(std::iter::once((value, To::Class(class))).chain(assign_void(voids)));
    let values = labels(of.clone(), scene_classes(facts, usize::from(class) + 1), to(class));
    let suggestion =
        SuggestedReading::sure(SampleKind::Ids, values, text::one_value(value, class, &numbers_of(voids)));
    if value == 0.0 || (same(value, 1.0) && voids.is_empty()) {
        return suggestion;
    }
    suggestion
        .asking(text::which_is_it(value))
        .or(text::alternative_empty(), labels(of.clone(), 2, to(0)))
        .or(text::alternative_full(), labels(of, 2, to(1)))
}

/// Two values beside void.
fn two_values(
    pair: [(f64, usize); 2],
    voids: &[(f64, usize)],
    of: Of,
    facts: RuleFacts<'_>,
) -> SuggestedReading {
    let [low, high] = pair.map(|(value, _)| value);
    let assign = |one: u8, two: u8| {
        assign_values([(low, To::Class(one)), (high, To::Class(two))].into_iter().chain(assign_void(voids)))
    };
    // In a scene of many classes they are two of its ids.
    if let Some(classes) = facts.many_classes()
        && high < classes.min(MOST_CLASSES) as f64
        && low >= 0.0
    {
        let ids = labels(of, classes, assign(low as u8, high as u8));
        return SuggestedReading::sure(
            SampleKind::Ids,
            ids,
            text::ids(&numbers_of(&pair), &numbers_of(voids)),
        );
    }
    let mask = labels(of.clone(), 2, assign(0, 1));
    let turned = labels(of.clone(), 2, assign(1, 0));
    let suggestion =
        SuggestedReading::sure(SampleKind::Mask, mask, text::mask_beside(low, high, &numbers_of(voids)));
    let white = facts.white.unwrap_or(255.0).max(1.0);
    let near_both_ends = voids.is_empty() && low <= 0.25 * white && high >= 0.75 * white && white >= 255.0;
    let suggestion = if low == 0.0 || near_both_ends {
        suggestion
    } else {
        suggestion.asking(text::which_of_two(low, high))
    };
    let suggestion = suggestion.or(text::alternative_turned(low), turned);
    if low == 0.0 && (2.0..MOST_CLASSES as f64).contains(&high) {
        let ids = labels(of, high as usize + 1, assign(0, high as u8));
        return suggestion.or(text::alternative_own_id(high), ids);
    }
    suggestion
}

/// Three and more small whole numbers.
fn class_ids(
    small: &[(f64, usize)],
    voids: &[(f64, usize)],
    of: &Of,
    facts: RuleFacts<'_>,
) -> Option<SuggestedReading> {
    let (least, most) = (small.first()?.0, small.last()?.0);
    if least < 0.0 || most > LARGEST_SMALL_ID {
        return None;
    }
    let in_order = || (0..).map(To::Class).zip(small).map(|(to, (value, _))| (*value, to));
    let renumbered = labels(of.clone(), small.len(), assign_values(in_order().chain(assign_void(voids))));
    let text = text::ids(&numbers_of(small), &numbers_of(voids));
    let fits_scene = facts.many_classes().is_some_and(|classes| most < classes as f64);
    if most < MOST_CLASSES as f64 && (least == 0.0 || fits_scene) {
        let own = small.iter().map(|(value, _)| (*value, To::Class(*value as u8)));
        let classes = scene_classes(facts, most as usize + 1);
        let values = labels(of.clone(), classes, assign_values(own.chain(assign_void(voids))));
        let suggestion = SuggestedReading::sure(SampleKind::Ids, values, text);
        let foreground =
            small.iter().map(|(value, _)| (*value, if *value == 0.0 { To::Class(0) } else { To::Class(1) }));
        let merged = labels(of.clone(), 2, assign_values(foreground.chain(assign_void(voids))));
        return Some(
            suggestion
                .or(text::alternative_renumbered(small.len()), renumbered)
                .or(text::alternative_merged(), merged),
        );
    }
    let suggestion = SuggestedReading::sure(SampleKind::Ids, renumbered, text)
        .saying(text::renumbered(small.len(), most as usize + 1));
    let suggestion = if least == 0.0 {
        suggestion.asking(text::keeps_present(most))
    } else {
        suggestion.asking(text::no_background(least))
    };
    let suggestion = if most < MOST_CLASSES as f64 {
        let own = small.iter().map(|(value, _)| (*value, To::Class(*value as u8)));
        suggestion.or(
            text::alternative_own_ids(),
            labels(of.clone(), most as usize + 1, assign_values(own.chain(assign_void(voids)))),
        )
    } else {
        suggestion
    };
    Some(small.iter().take(4).fold(suggestion, |suggestion, (foreground, _)| {
        let only = small.iter().map(|(value, _)| (*value, To::Class(u8::from(same(*value, *foreground)))));
        let values = labels(of.clone(), 2, assign_values(only.chain(assign_void(voids))));
        suggestion.or(text::alternative_foreground(*foreground), values)
    }))
}

/// Up to 32 values beyond the small ids: classes in rising order.
fn few_levels(
    small: &[(f64, usize)],
    voids: &[(f64, usize)],
    of: Of,
    tally: &Tally,
    facts: RuleFacts<'_>,
) -> SuggestedReading {
    let in_order = (0..).map(To::Class).zip(small).map(|(to, (value, _))| (*value, to));
    let values = labels(of.clone(), small.len(), assign_values(in_order.chain(assign_void(voids))));
    let suggestion = SuggestedReading::sure(
        SampleKind::Levels,
        values,
        text::levels(&numbers_of(small), &numbers_of(voids)),
    )
    .asking(text::are_levels(small.len()));
    match numbers::one(tally, of, facts) {
        // Of two classes no prediction is in levels of several.
        Ok(numbers)
            if facts.plane == Plane::Prediction && facts.scene.is_some_and(|scene| scene.classes == 2) =>
        {
            numbers.or(text::alternative_levels(), suggestion.values)
        }
        Ok(numbers) => suggestion.or(text::alternative_numbers(), numbers.values),
        Err(_) => suggestion,
    }
}

/// Values of a list of counts.
pub(super) fn numbers_of(counts: &[(f64, usize)]) -> Vec<f64> {
    counts.iter().map(|(value, _)| *value).collect()
}
