//! Gradients, dissected: by what, of what, where they vanish, and what float16 leaves of them.

use super::{Panel, TableReadout};
use crate::field::{Field, Head, Shape};
use crate::loss::{Evaluation, Loss};
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::paint::number::{short, tick};
use crate::study::by_probability::by_probability;
use crate::study::half_precision::{gradient_in_half, losses_of, partial_sums, sums_of, terms_of};
use crate::study::vanishing::Point;

/// Bins of the predicted probability.
const BINS: usize = 40;

/// Places along a sum at which its parts are shown.
const PARTIAL_SUMS: usize = 120;

/// Everything about one loss on a field.
pub fn panel(field: &Field<'_>, loss: &dyn Loss) -> Panel {
    let evaluation = Evaluation::of(loss, field);
    let by_prob = by_probability(field, &evaluation.gradient);
    let mut panel = Panel::default();
    panel.charts.push(by_bin(
        field,
        &evaluation.gradient,
        "By the logit: d loss / d z",
        "mean gradient by the logit",
    ));
    panel.charts.push(by_bin(
        field,
        &by_prob,
        "By the probability: d loss / d p",
        "mean gradient by the probability",
    ));
    if !loss.terms().is_empty() {
        let terms = loss.terms();
        let evaluated: Vec<_> =
            terms.iter().map(|term| (term.weight, Evaluation::of(&*term.loss, field))).collect();
        let names: Vec<&str> = terms.iter().map(|term| term.spec.name.of(field.shape().task())).collect();
        panel.charts.push(stacked(field, &names, &evaluated));
        panel.tables.push(shares(field, &names, &evaluated));
    }
    half_precision(field, &evaluation, &mut panel);
    panel
}

/// The channel that the charts are about: the one of a binary task, the rarest present class else.
fn channel(field: &Field<'_>) -> usize {
    let shape = field.shape();
    if shape.channels == 1 {
        return 0;
    }
    let pixels = |class: usize| field.label_counts().iter().map(|counts| counts[class]).sum::<usize>();
    (1..shape.channels).filter(|&class| pixels(class) > 0).min_by_key(|&class| pixels(class)).unwrap_or(1)
}

/// What a channel is called on a chart.
fn of_class(field: &Field<'_>) -> (String, String) {
    match field.shape().channels {
        1 => ("foreground".into(), "background".into()),
        _ => (format!("class {}", channel(field)), "other classes".into()),
    }
}

/// For each bin of the probability the sum of something over pixels of the class and of the others, and their counts.
fn binned(field: &Field<'_>, of: impl Fn(usize) -> f64) -> [Vec<(f64, usize)>; 2] {
    let shape: Shape = field.shape();
    let channel = channel(field);
    let prob = &field.probabilities(Head::Joint).prob;
    let mut sides = [vec![(0.0, 0); BINS], vec![(0.0, 0); BINS]];
    for image in 0..shape.images {
        for (i, &label) in shape.plane(image, channel).zip(field.labels_of(image)) {
            if field.counts(label) {
                let bin = ((prob[i] * BINS as f64) as usize).min(BINS - 1);
                let side = usize::from(!field.is_foreground(label, channel));
                sides[side][bin].0 += of(i);
                sides[side][bin].1 += 1;
            }
        }
    }
    sides
}

fn middle(bin: usize) -> f64 {
    (bin as f64 + 0.5) / BINS as f64
}

/// The mean of something by bin, where there are pixels.
fn means(side: &[(f64, usize)]) -> Vec<[f64; 2]> {
    let filled = side.iter().enumerate().filter(|(_, (_, pixels))| *pixels > 0);
    filled.map(|(bin, &(sum, pixels))| [middle(bin), sum / pixels as f64]).collect()
}

fn by_bin(field: &Field<'_>, gradient: &[f32], title: &str, name: &str) -> Chart {
    let sides = binned(field, |i| f64::from(gradient[i]));
    let (own, other) = of_class(field);
    let series = [(own.clone(), Ink::Foreground, &sides[0]), (other, Ink::Background, &sides[1])]
        .map(|(name, ink, side)| Series::line(name, ink, means(side)));
    Chart::Plot(Plot::new(
        title,
        Axis::linear(format!("p, probability given to the {own}"), 0.0, 1.0),
        Axis::around(
            format!("{name}, a pixel"),
            series.iter().flat_map(|s| s.points.iter().map(|point| point[1])),
        ),
        series.into(),
    ))
}

/// The size of the gradient by bin, the terms one upon the other. Drawn from the whole down, so that each hides what it
/// is a part of.
fn stacked(field: &Field<'_>, names: &[&str], terms: &[(f64, Evaluation)]) -> Chart {
    let pixels: Vec<usize> = {
        let [own, other] = binned(field, |_| 0.0);
        own.iter().zip(other).map(|(a, b)| a.1 + b.1).collect()
    };
    let mut total = vec![0.0; BINS];
    let mut series = Vec::new();
    for (slot, (name, (weight, term))) in names.iter().zip(terms).enumerate() {
        let [own, other] = binned(field, |i| (weight * f64::from(term.gradient[i])).abs());
        for (total, (a, b)) in total.iter_mut().zip(own.iter().zip(other)) {
            *total += a.0 + b.0;
        }
        let means = total.iter().zip(&pixels).enumerate().filter(|(_, (_, pixels))| **pixels > 0);
        let points = means.map(|(bin, (sum, pixels))| [middle(bin), sum / *pixels as f64]).collect();
        series.push(
            Series::line(format!("{} × {name}", tick(*weight)), Ink::Slot(slot), points).drawn(Mark::Bars),
        );
    }
    series.reverse();
    Chart::Plot(Plot::new(
        "The gradient of the compound, stacked by term",
        Axis::linear(format!("p, probability given to the {}", of_class(field).0), 0.0, 1.0),
        Axis::around(
            "mean |gradient| by the logit, a pixel",
            series.iter().flat_map(|s| s.points.iter().map(|p| p[1])),
        ),
        series,
    ))
}

/// What each term has of the value, and of the gradient.
fn shares(field: &Field<'_>, names: &[&str], terms: &[(f64, Evaluation)]) -> TableReadout {
    let size = |term: &(f64, Evaluation)| {
        term.0.abs() * term.1.gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>()
    };
    let value: f64 = terms.iter().map(|(weight, term)| weight * term.value).sum();
    let weights: f64 = terms.iter().map(|(weight, _)| weight.abs()).sum();
    let gradient: f64 = terms.iter().map(size).sum();
    let percent = |part: f64, whole: f64| {
        if whole == 0.0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * part / whole) }
    };
    let row = |(name, term): (&&str, &(f64, Evaluation))| {
        let on_foreground = crate::study::share::foreground_share(field, &term.1.gradient);
        vec![
            (*name).to_owned(),
            percent(term.0.abs(), weights),
            percent(term.0 * term.1.value, value),
            percent(size(term), gradient),
            on_foreground.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share)),
        ]
    };
    TableReadout {
        title: "Weights on values are not weights on gradients".into(),
        columns: ["term", "of the weight", "of the value", "of Σ|gradient|", "of its own on the foreground"]
            .map(Into::into)
            .into(),
        rows: names.iter().zip(terms).map(row).collect(),
    }
}

/// What is left of the gradient of the foreground as it grows confidently wrong; losses with their names.
pub fn vanishing(curves: &[(&str, &[Point])], from: f64, to: f64) -> Chart {
    let series: Vec<Series> = curves
        .iter()
        .enumerate()
        .map(|(slot, (name, points))| {
            let points = points.iter().map(|point| [point.margin, point.norm]).collect();
            Series::line(*name, Ink::Slot(slot), points)
        })
        .collect();
    Chart::Plot(
        Plot::new(
            "Gradient left on the foreground, the more confidently it is wrong",
            Axis::linear("how wrong: logit of the wrong answer − logit of the right one", from, to),
            Axis::around_log(
                "norm of the gradient on the foreground, by logits",
                series.iter().flat_map(|s| s.points.iter().map(|p| p[1])),
            ),
            series,
        )
        .ruled(0.0, "p = 0.5"),
    )
}

fn half_precision(field: &Field<'_>, evaluation: &Evaluation, panel: &mut Panel) {
    let number = |value: f64| if value.is_infinite() { "overflows".to_owned() } else { short(value) };
    let sums = sums_of(field);
    let at =
        |place: Option<usize>| place.map_or_else(|| "–".to_owned(), |i| crate::paint::number::count(i + 1));
    panel.tables.push(TableReadout {
        title: "What the sums become in float16".into(),
        columns: ["sum", "exactly", "one after the other", "pairwise", "first term lost", "overflows at"]
            .map(Into::into)
            .into(),
        rows: sums
            .iter()
            .map(|report| {
                let sum = &report.sum;
                vec![
                    report.name.into(),
                    short(sum.exact),
                    number(sum.sequential),
                    number(sum.pairwise),
                    at(sum.stalls_at),
                    at(sum.overflows_at),
                ]
            })
            .collect(),
    });
    panel.tables.push(TableReadout {
        title: "What the losses become of it".into(),
        columns: ["loss", "exactly", "one after the other", "pairwise"].map(Into::into).into(),
        rows: losses_of(field)
            .iter()
            .map(|loss| {
                vec![loss.name.into(), short(loss.exact), number(loss.sequential), number(loss.pairwise)]
            })
            .collect(),
    });
    if let Some((name, terms)) = terms_of(field).into_iter().nth(1) {
        let sums = partial_sums(&terms, PARTIAL_SUMS);
        let curve =
            |pick: fn(&(usize, f64, f64)) -> f64| sums.iter().map(|sum| [sum.0 as f64, pick(sum)]).collect();
        let series = vec![
            Series::line("exactly", Ink::Muted, curve(|sum| sum.1)),
            Series::line("float16, one after the other", Ink::Slot(1), curve(|sum| sum.2)),
        ];
        panel.charts.push(Chart::Plot(Plot::new(
            format!("{name} as it is added up"),
            Axis::linear("terms added, pixels", 0.0, terms.len().max(1) as f64),
            Axis::around(name, series.iter().flat_map(|s| s.points.iter().map(|p| p[1]))),
            series,
        )));
    }
    let halves = [1.0, 1024.0, 65536.0].map(|scale| (scale, gradient_in_half(&evaluation.gradient, scale)));
    panel.tables.push(TableReadout {
        title: "The gradient in float16, by loss scale".into(),
        columns: ["loss scale", "not 0", "become 0", "lose digits", "overflow"].map(Into::into).into(),
        rows: halves
            .iter()
            .map(|(scale, half)| {
                let counts = [half.nonzero, half.underflow, half.subnormal, half.overflow]
                    .map(crate::paint::number::count);
                std::iter::once(crate::paint::number::count(*scale as usize)).chain(counts).collect()
            })
            .collect(),
    });
}

#[cfg(test)]
mod tests {
    use ndarray::{Array3, Array4};

    use super::*;
    use crate::loss::config::{Config, Settings};
    use crate::loss::{cross_entropy, dice_cross_entropy};

    fn scene() -> (Array4<f32>, Array3<u8>) {
        let logits = Array4::from_shape_fn((1, 1, 8, 8), |(_, _, y, x)| (y * 5 + x * 3) as f32 % 7.0 - 3.0);
        let labels = Array3::from_shape_fn((1, 8, 8), |(_, y, x)| u8::from(y < 3 && x > 3));
        (logits, labels)
    }

    fn plot(chart: &Chart) -> &Plot {
        if let Chart::Plot(plot) = chart { plot } else { panic!("not a plot") }
    }

    /// (p − y)/N by the logit, and −1/(N p) or 1/(N (1 − p)) by the probability.
    #[test]
    fn cross_entropy_has_its_closed_form_in_each_bin() {
        let (logits, labels) = scene();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let loss = (cross_entropy::SPEC.build)(&Config::new(&cross_entropy::SPEC, &Settings::new()).unwrap());
        let panel = panel(&field, &*loss);
        for z in [-3.0f64, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0] {
            let p = 1.0 / (1.0 + (-z).exp());
            let at = middle((p * BINS as f64) as usize);
            let read = |chart: &Chart, side: usize| {
                let points = &plot(chart).series[side].points;
                points.iter().find(|point| (point[0] - at).abs() < 1e-12).map(|point| point[1])
            };
            let expected = [[(p - 1.0) / 64.0, -1.0 / (64.0 * p)], [p / 64.0, 1.0 / (64.0 * (1.0 - p))]];
            for (side, expected) in expected.into_iter().enumerate() {
                for (chart, expected) in panel.charts.iter().zip(expected) {
                    if let Some(found) = read(chart, side) {
                        assert!(
                            (found - expected).abs() < 1e-5 * expected.abs(),
                            "{z} {side}: {found}, not {expected}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_stack_of_a_compound_is_as_high_as_its_terms() {
        let (logits, labels) = scene();
        let field = Field::new(logits.view(), labels.view(), None).unwrap();
        let spec = &dice_cross_entropy::SPEC;
        let loss = (spec.build)(&Config::new(spec, &Settings::new()).unwrap());
        let panel = panel(&field, &*loss);
        let stack = plot(&panel.charts[2]);
        assert_eq!(stack.series.len(), 2);
        let sums: Vec<f64> = stack.series.iter().map(|s| s.points.iter().map(|p| p[1]).sum()).collect();
        assert!(sums[0] > sums[1], "the first drawn is the whole");
        let [whole, _] = [&stack.series[0], &stack.series[1]];
        // Σ over bins of mean · pixels is Σ|gradient| of all terms.
        let pixels: Vec<usize> = {
            let [own, other] = binned(&field, |_| 0.0);
            own.iter().zip(other).map(|(a, b)| a.1 + b.1).filter(|&pixels| pixels > 0).collect()
        };
        let total: f64 =
            whole.points.iter().zip(pixels).map(|(point, pixels)| point[1] * pixels as f64).sum();
        let expected: f64 = loss
            .terms()
            .iter()
            .map(|term| {
                let gradient = Evaluation::of(&*term.loss, &field).gradient;
                term.weight * gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>()
            })
            .sum();
        assert!((total - expected).abs() < 1e-6 * expected);
        assert_eq!(panel.tables[0].rows.len(), 2);
    }
}
