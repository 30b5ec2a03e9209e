//! Numbers: probabilities on any scale, or logits, and what their channels mean.

use super::super::choice::{Channels, NumberScale, Of, Values};
use super::super::source::{DType, Number, Planes};
use super::super::{FileRefusal, text};
use super::tally::Tally;
use super::{RuleFacts, SampleKind, SuggestedReading};
use crate::field::regions::MAX_REGIONS;
use crate::scene::Plane;

/// Distance from 0 to 1 that rounding explains.
const ROUNDING: f64 = 1e-6;
/// Farthest that a spline overshoots 0 and 1.
const OVERSHOOT: f64 = 0.5;

fn values(of: Of, scale: NumberScale, channels: Channels, clip: bool) -> Values {
    Values::Numbers { of, scale, channels, clip, cut: 0.5 }
}

/// Grey levels as probabilities of the foreground.
pub(super) fn levels_as_probabilities(of: Of, white: f64) -> Values {
    values(of, scale_of(white), Channels::Foreground, false)
}

fn scale_of(white: f64) -> NumberScale {
    if white.to_bits() == 1f64.to_bits() { NumberScale::Probabilities } else { NumberScale::Of(white) }
}

/// Scale of numbers by their range, with the question if it is not sure.
struct Ranged {
    scale: NumberScale,
    clip: bool,
    question: Option<String>,
    remark: Option<String>,
}

/// Scale by the least and largest value, and by the type. Error for a range that no scale has.
fn ranged(
    least: f64,
    most: f64,
    whole: bool,
    inside: f64,
    facts: RuleFacts<'_>,
) -> Result<Ranged, FileRefusal> {
    let sure = |scale| Ranged { scale, clip: false, question: None, remark: None };
    let asked = |scale, question| Ranged { scale, clip: false, question: Some(question), remark: None };
    if least >= -ROUNDING && most <= 1.0 + ROUNDING {
        return Ok(Ranged { clip: true, ..sure(NumberScale::Probabilities) });
    }
    // A zoom by splines oscillates about both ends, and most values stay between them.
    if !whole && least >= -OVERSHOOT && most <= 1.0 + OVERSHOOT && most > 0.5 && inside >= 0.5 {
        let question = text::overshoot((-least).max(0.0), (most - 1.0).max(0.0));
        return Ok(Ranged { clip: true, ..asked(NumberScale::Probabilities, question) });
    }
    if least < 0.0 {
        let spread = least <= -1.0 && most >= 1.0 && !whole;
        return Ok(if spread {
            sure(NumberScale::Logits)
        } else {
            asked(NumberScale::Logits, text::are_logits(least, most))
        });
    }
    let white = facts.white;
    Ok(match white {
        Some(white) if white < 255.0 => sure(scale_of(white)),
        _ if (90.0..=100.0).contains(&most) => asked(NumberScale::Of(100.0), text::is_percent()),
        Some(255.0) if most <= 100.0 => asked(NumberScale::Of(255.0), text::is_dark(most, 255.0)),
        _ if most <= 100.0 && !facts.picture => asked(NumberScale::Of(100.0), text::is_scale(most, 100.0)),
        Some(255.0) => sure(NumberScale::Of(255.0)),
        _ if most <= 255.0 => Ranged {
            remark: Some(text::bytes_in_wide()),
            ..if most >= 200.0 {
                sure(NumberScale::Of(255.0))
            } else {
                asked(NumberScale::Of(255.0), text::is_scale(most, 255.0))
            }
        },
        _ if (30_000.0..=65535.0).contains(&most) => sure(NumberScale::Of(65535.0)),
        _ if most <= 65535.0 => asked(NumberScale::Of(65535.0), text::is_scale(most, 65535.0)),
        _ => return Err(text::no_scale(least, most)),
    })
}

/// Suggestion for one channel of numbers.
pub(super) fn one(tally: &Tally, of: Of, facts: RuleFacts<'_>) -> Result<SuggestedReading, FileRefusal> {
    let inside = tally.within_unit as f64 / tally.pixels.max(1) as f64;
    let between = matches!(of, Of::Between { .. });
    let facts_here = if between { RuleFacts { white: Some(1.0), ..facts } } else { facts };
    let Ranged { scale, clip, question, remark } =
        ranged(tally.least, tally.most, tally.whole, inside, facts_here)?;
    let kind = if scale == NumberScale::Logits { SampleKind::Logits } else { SampleKind::Probabilities };
    let text = text::one_channel(scale, tally.least, tally.most, facts.plane == Plane::Truth);
    let mut suggestion =
        SuggestedReading::sure(kind, values(of.clone(), scale, Channels::Foreground, clip), text);
    suggestion.questions.extend(question);
    suggestion.remarks.extend(remark);
    if facts.plane == Plane::Truth && suggestion.questions.is_empty() {
        match scale.white() {
            Some(white) if ends_share(tally, white) >= 0.9 => {}
            Some(_) => suggestion = suggestion.asking(text::is_cut()),
            None => suggestion = suggestion.asking(text::truth_of_logits()),
        }
    }
    if facts.plane == Plane::Truth && !between {
        suggestion = suggestion.saying(text::cut_at_half(scale));
    }
    let others = [
        NumberScale::Probabilities,
        NumberScale::Of(100.0),
        NumberScale::Of(255.0),
        NumberScale::Of(65535.0),
        NumberScale::Logits,
    ];
    let fits = |scale: &NumberScale| match scale.white() {
        Some(white) => {
            tally.least >= -OVERSHOOT && tally.most <= white * (1.0 + OVERSHOOT) && tally.most > 0.02 * white
        }
        None => !facts.picture,
    };
    Ok(others.into_iter().filter(fits).fold(suggestion, |suggestion, scale| {
        let clip = scale.white().is_some_and(|white| tally.least < 0.0 || tally.most > white);
        suggestion.or(text::alternative_scale(scale), values(of.clone(), scale, Channels::Foreground, clip))
    }))
}

/// Share of the pixels within a quarter of either end. Values too many to be counted say nothing: none of them.
fn ends_share(tally: &Tally, white: f64) -> f64 {
    let at_ends = tally.pixels_of(|value| value <= 0.25 * white || value >= 0.75 * white);
    at_ends as f64 / tally.pixels.max(1) as f64
}

/// Range and sums of several channels.
struct ChannelSums {
    least: f64,
    most: f64,
    whole: bool,
    /// Share of the values within 0 and 1.
    inside: f64,
    /// Least and largest sum over the channels of a pixel.
    sum: (f64, f64),
    /// The same, of the exponentials.
    exp_sum: (f64, f64),
}

impl ChannelSums {
    /// Error for values that are not finite, with their number and the first place.
    fn of(planes: &Planes<'_>) -> Result<Self, FileRefusal> {
        let mut sums = Self {
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            whole: true,
            inside: 0.0,
            sum: (f64::INFINITY, f64::NEG_INFINITY),
            exp_sum: (f64::INFINITY, f64::NEG_INFINITY),
        };
        let mut not_finite: Option<(usize, f64, usize, usize)> = None;
        let mut inside = 0;
        for (y, x) in (0..planes.height).flat_map(|y| (0..planes.width).map(move |x| (y, x))) {
            let (mut sum, mut exp_sum) = (0.0, 0.0);
            for channel in 0..planes.channels {
                let value = planes.value(channel, y, x);
                if !value.is_finite() {
                    not_finite.get_or_insert((0, value, x, y)).0 += 1;
                    continue;
                }
                sums.least = sums.least.min(value);
                sums.most = sums.most.max(value);
                sums.whole &= value.fract() == 0.0;
                inside += usize::from((-ROUNDING..=1.0 + ROUNDING).contains(&value));
                sum += value;
                exp_sum += value.exp();
            }
            sums.sum = (sums.sum.0.min(sum), sums.sum.1.max(sum));
            sums.exp_sum = (sums.exp_sum.0.min(exp_sum), sums.exp_sum.1.max(exp_sum));
        }
        let all = planes.channels * planes.pixels();
        if let Some((count, first, x, y)) = not_finite {
            return Err(text::not_finite(count, all, first, x, y));
        }
        sums.inside = inside as f64 / all.max(1) as f64;
        Ok(sums)
    }

    fn is(range: (f64, f64), one: f64, tolerance: f64) -> bool {
        range.0 >= one * (1.0 - tolerance) && range.1 <= one * (1.0 + tolerance)
    }
}

/// Largest deviation from 1 of the sum over a pixel's channels: what rounding each of them can add up to.
fn sum_tolerance(dtype: DType, white: f64, channels: usize) -> f64 {
    match (dtype.number, dtype.size) {
        (Number::Float, 2) => 1e-2,
        (Number::Float, _) => 1e-3,
        // Half a level for each channel, and a little.
        _ if white > 1.0 => (0.55 * channels as f64 / white).max(1e-3),
        _ => 1e-3,
    }
}

/// Suggestion for several channels of numbers.
pub(super) fn several(
    planes: &Planes<'_>,
    dtype: DType,
    facts: RuleFacts<'_>,
) -> Result<SuggestedReading, FileRefusal> {
    let sums = ChannelSums::of(planes)?;
    let count = planes.channels;
    let values = |scale, channels, clip| values(Of::Value, scale, channels, clip);
    let truth = facts.plane == Plane::Truth;
    if sums.whole && sums.least >= 0.0 && sums.most <= 1.0 && ChannelSums::is(sums.sum, 1.0, 0.0) {
        let one_hot = values(NumberScale::Probabilities, Channels::Softmax, false);
        return Ok(SuggestedReading::sure(SampleKind::OneHot, one_hot, text::one_hot(count)));
    }
    if sums.most <= ROUNDING && sums.least < 0.0 && ChannelSums::is(sums.exp_sum, 1.0, 1e-2) {
        let logs = values(NumberScale::LogProbabilities, Channels::Softmax, false);
        return Ok(SuggestedReading::sure(SampleKind::Logits, logs, text::log_softmax(count)));
    }
    let few_enough = count <= MAX_REGIONS;
    let is_of_planes = sums.whole && sums.least >= 0.0 && sums.most <= 1.0;
    let expects_regions = facts.regions() == Some(count);
    if is_of_planes && few_enough && (sums.sum.1 > 1.0 || expects_regions) {
        let regions = values(NumberScale::Probabilities, Channels::Independent, false);
        return Ok(SuggestedReading::sure(SampleKind::Regions, regions, text::regions(count)));
    }
    let summed = [1.0, 100.0, 255.0, 65535.0].into_iter().find(|&white| {
        sums.least >= -ROUNDING && ChannelSums::is(sums.sum, white, sum_tolerance(dtype, white, count))
    });
    if let Some(white) = summed {
        let softmax = values(scale_of(white), Channels::Softmax, true);
        let independent = values(scale_of(white), Channels::Independent, true);
        let suggestion =
            SuggestedReading::sure(SampleKind::Probabilities, softmax, text::softmax(scale_of(white), count));
        return Ok(if few_enough {
            suggestion.or(text::alternative_independent(), independent)
        } else {
            suggestion
        });
    }
    let Ranged { scale, clip, question, remark } =
        ranged(sums.least, sums.most, sums.whole, sums.inside, facts)?;
    let overshot_softmax = clip && ChannelSums::is(sums.sum, 1.0, 1e-2);
    let (channels, kind) = match scale {
        NumberScale::Logits if facts.regions().is_some() => (Channels::Independent, SampleKind::Logits),
        NumberScale::Logits => (Channels::Softmax, SampleKind::Logits),
        _ if overshot_softmax || !few_enough => (Channels::Softmax, SampleKind::Probabilities),
        _ => (Channels::Independent, SampleKind::Probabilities),
    };
    let text = match channels {
        Channels::Softmax if kind == SampleKind::Logits => text::logits(count, sums.least, sums.most),
        Channels::Softmax => text::softmax(scale, count),
        _ if kind == SampleKind::Logits => text::logits_of_regions(count, sums.least, sums.most),
        _ => text::independent(scale, count),
    };
    let mut suggestion = SuggestedReading::sure(kind, values(scale, channels, clip), text);
    suggestion.questions.extend(question);
    suggestion.remarks.extend(remark);
    if channels == Channels::Independent && expects_regions {
        // The truth says what they are.
    } else if channels == Channels::Independent && kind == SampleKind::Logits {
        suggestion = suggestion.asking(text::are_logits_of_regions(count));
    } else if channels == Channels::Independent {
        let white = scale.white().unwrap_or(1.0);
        suggestion = suggestion.asking(text::are_independent(count, sums.sum.0 / white, sums.sum.1 / white));
    } else if truth && kind == SampleKind::Logits {
        suggestion = suggestion.asking(text::truth_of_logits());
    } else if !few_enough && !overshot_softmax && kind == SampleKind::Probabilities {
        suggestion = suggestion.asking(text::are_many_classes(count));
    }
    let suggestion = if few_enough {
        suggestion.or(text::alternative_independent(), values(scale, Channels::Independent, clip))
    } else {
        suggestion
    };
    Ok(suggestion.or(text::alternative_softmax(), values(scale, Channels::Softmax, clip)).or(
        text::alternative_scale(NumberScale::Logits),
        values(NumberScale::Logits, Channels::Softmax, false),
    ))
}
