//! A batch: its images one by one and as one.

use super::{Panel, Still, TableReadout, listed};
use crate::field::{IGNORE, LabelCounts};
use crate::library::Facts;
use crate::paint::chart::{Axis, Chart, Ink, Mark, Plot, Series};
use crate::paint::number::{percent, short};
use crate::study::batch::{Asked, Follower, LOSSES, Measured, Rule, followers, per_image, rules, shares};

/// How far bars of one group stand apart, and how wide each is, where things are 1 apart.
const APART: f64 = 0.27;
const WIDE: f64 = 0.24;

/// A batch as it is seen.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'s> {
    /// What was asked.
    pub asked: &'s Asked,
    /// What of the batch decides how libraries are called.
    pub facts: Facts,
    /// Where its images stand among all that there are, counted from 0.
    pub places: &'s [usize],
    /// What each image comes to.
    pub own: &'s [Measured],
    /// What all come to as one.
    pub whole: &'s Measured,
}

impl Seen<'_> {
    /// Charts, tables and sentences; the pictures are for others to paint.
    pub fn panel(&self) -> Panel {
        Panel {
            charts: vec![self.values_chart(), self.gradient_chart()],
            tables: vec![self.values_table(), self.rules_table(), self.followers_table()],
            remarks: self.remarks(),
            stills: self.stills(),
            ..Panel::default()
        }
    }

    /// The loss that is looked at closely.
    fn name(&self) -> &'static str {
        self.asked.spec().name.of(self.facts.task())
    }

    fn image_name(&self, at: usize) -> String {
        format!("image {}", self.places[at] + 1)
    }

    fn image_names(&self) -> Vec<String> {
        (0..self.own.len()).map(|at| self.image_name(at)).collect()
    }

    /// The values of one of the losses, image by image.
    fn own(&self, loss: usize) -> impl ExactSizeIterator<Item = f64> {
        self.own.iter().map(move |own| own.values[loss])
    }

    fn per_image(&self, loss: usize) -> f64 {
        per_image(self.own(loss), &self.asked.settings[loss])
    }

    fn values_chart(&self) -> Chart {
        let task = self.facts.task();
        // Without what comes after a comma, which there is no room for; and two words under each other.
        let short =
            |name: &str| name.split(',').next().unwrap_or_default().replace(' ', "\n").replace('-', "-\n");
        let names = LOSSES.iter().map(|spec| short(spec.name.of(task))).collect();
        let bars = |name: &str, slot: usize, beside: f64, of: &dyn Fn(usize) -> f64| {
            let points = (0..LOSSES.len()).map(|loss| [loss as f64 + 1.0, of(loss)]).collect();
            Series::line(name, Ink::Slot(slot), points).drawn(Mark::Bars).wide(WIDE).beside(beside)
        };
        let mut series = vec![
            bars("per image", 0, -0.5 * APART, &|loss| self.per_image(loss)),
            bars("per batch", 1, 0.5 * APART, &|loss| self.whole.values[loss]),
        ];
        let dots =
            (0..LOSSES.len()).flat_map(|loss| self.own(loss).map(move |value| [loss as f64 + 1.0, value]));
        series.push(
            Series::line("each image", Ink::Strong, dots.collect()).drawn(Mark::Dots).beside(-0.5 * APART),
        );
        let y = Axis::around("value", series.iter().flat_map(|s| s.points.iter().map(|point| point[1])));
        Chart::Plot(Plot::new("Per image and per batch", Axis::named("loss", names), y, series))
    }

    fn gradient_chart(&self) -> Chart {
        let bars = |name: &str, ink: Ink, beside: f64, parts: &[f64]| {
            let shares = shares(parts).into_iter().enumerate();
            let points = shares.map(|(at, share)| [at as f64 + 1.0, 100.0 * share.unwrap_or(f64::NAN)]);
            Series::line(name, ink, points.collect()).drawn(Mark::Bars).wide(WIDE).beside(beside)
        };
        let foreground: Vec<f64> = self.whole.labels.iter().map(|labels| foreground(labels) as f64).collect();
        let series = vec![
            bars("of the gradient, per image", Ink::Slot(0), -APART, &self.own_pulls()),
            bars("of the gradient, per batch", Ink::Slot(1), 0.0, &self.whole.pulls),
            bars("of the foreground pixels", Ink::Muted, APART, &foreground),
        ];
        Chart::Plot(Plot::new(
            format!("Who gets the gradient of {}", self.name()),
            Axis::named("image", self.image_names()),
            Axis::linear("share of Σ|gradient| by the logit, %", 0.0, 100.0),
            series,
        ))
    }

    fn own_pulls(&self) -> Vec<f64> {
        self.own.iter().map(|own| own.pulls.iter().sum()).collect()
    }

    fn values_table(&self) -> TableReadout {
        let row = |loss: usize| {
            let name = LOSSES[loss].name.of(self.facts.task()).to_owned();
            let values = [self.per_image(loss), self.whole.values[loss]].into_iter().chain(self.own(loss));
            std::iter::once(name).chain(values.map(short)).collect()
        };
        TableReadout {
            title: "The same losses, per image and per batch".into(),
            columns: self.columns("loss").collect(),
            rows: (0..LOSSES.len()).map(row).collect(),
        }
    }

    /// The rules that the loss has, by name.
    fn rule_names(&self) -> Vec<String> {
        let settings = self.asked.chosen_settings();
        let name = |rule: Rule| {
            let on_card = if rule.is_in(settings) { ", as on its card" } else { "" };
            // Elsewhere what is left out leaves the other classes.
            let nothing_left = rule.option.id == "skipped" && self.facts.channels == 1;
            let so = if nothing_left { ": nothing is left of the image, 0" } else { "" };
            format!("{}{so}{on_card}", rule.option.label)
        };
        match &rules(self.asked.spec(), self.facts.task())[..] {
            [] => vec!["always scored".into()],
            rules => rules.iter().map(|&rule| name(rule)).collect(),
        }
    }

    fn rules_table(&self) -> TableReadout {
        let row = |(at, name): (usize, String)| {
            let own = || self.own.iter().map(|own| own.by_rule[at]);
            let each = per_image(own(), self.asked.chosen_settings());
            let values = [each, self.whole.by_rule[at]].into_iter().chain(own());
            std::iter::once(name).chain(values.map(short)).collect()
        };
        TableReadout {
            title: format!("{}: what becomes of a class that is not in the truth", self.name()),
            columns: self.columns("rule").collect(),
            rows: self.rule_names().into_iter().enumerate().map(row).collect(),
        }
    }

    fn followers_table(&self) -> TableReadout {
        let row = |(name, followers): (String, Vec<Follower>)| {
            let of = |per_image: bool| {
                let names: Vec<&str> = followers
                    .iter()
                    .filter(|follower| follower.per_image == per_image)
                    .map(|follower| follower.name.as_str())
                    .collect();
                if names.is_empty() { "–".into() } else { names.join(", ") }
            };
            vec![name, of(true), of(false)]
        };
        TableReadout {
            title: format!("{}: what libraries do when they are called as usual", self.name()),
            columns: ["rule", "per image", "per batch"].map(Into::into).into(),
            rows: self
                .rule_names()
                .into_iter()
                .zip(followers(self.asked.spec(), self.facts))
                .map(row)
                .collect(),
        }
    }

    /// What is told comes first, so that it is seen on a narrow screen.
    fn columns(&self, first: &str) -> impl Iterator<Item = String> {
        [first, "per image", "per batch"].map(str::to_owned).into_iter().chain(self.image_names())
    }

    fn stills(&self) -> Vec<Still> {
        let still = |(at, own): (usize, &Measured)| {
            let labels = &own.labels[0];
            let share = foreground(labels) as f64 / counted(labels).max(1) as f64;
            let value = short(own.values[self.asked.chosen]);
            Still {
                name: format!("Image {}", self.places[at] + 1),
                text: format!("foreground {}, {} {value}", percent(share), self.name()),
                colour: String::new(),
            }
        };
        self.own.iter().enumerate().map(still).collect()
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = vec![self.difference()];
        if self.own.len() > 1 {
            remarks.extend(self.whose_gradient());
        }
        remarks.extend((0..self.own.len()).filter_map(|at| self.missing(at)));
        remarks
    }

    /// What differs between the two numbers, and why.
    fn difference(&self) -> String {
        let (name, chosen) = (self.name(), self.asked.chosen);
        let (each, one) = (self.per_image(chosen), self.whole.values[chosen]);
        if self.own.len() == 1 {
            return format!(
                "There is one image, and {name} is {} per image and per batch. Add another, or open a batch.",
                short(one)
            );
        }
        if (each - one).abs() <= 1e-9 * one.abs() {
            return format!("{name} is {} both per image and per batch.", short(one));
        }
        let values: Vec<String> = self.own(chosen).map(short).collect();
        let how = if self.asked.adds_up() { "the sum" } else { "the mean" };
        let pixels: Vec<f64> = self.whole.labels.iter().map(|labels| foreground(labels) as f64).collect();
        let most = shares(&pixels).into_iter().enumerate().filter_map(|(at, share)| Some((at, share?)));
        let most = most.max_by(|a, b| a.1.total_cmp(&b.1)).map_or_else(
            || "and no image has any foreground".to_owned(),
            |(at, share)| format!("and {} has {} of their foreground", self.image_name(at), percent(share)),
        );
        format!(
            "Per image {name} is {}, {how} of {}: every image counts the same. Per batch it is {}: all pixels are one \
             set, {most}.",
            short(each),
            listed(&values),
            short(one)
        )
    }

    /// The image that gets the most another share of the gradient.
    fn whose_gradient(&self) -> Option<String> {
        let (each, one) = (shares(&self.own_pulls()), shares(&self.whole.pulls));
        let pairs = each.into_iter().zip(one).enumerate();
        let (at, each, one) = pairs
            .filter_map(|(at, (each, one))| Some((at, each?, one?)))
            .max_by(|a, b| (a.1 - a.2).abs().total_cmp(&(b.1 - b.2).abs()))?;
        ((each - one).abs() > 0.005).then(|| {
            format!(
                "Image {} gets {} of the gradient per image and {} per batch.",
                self.places[at] + 1,
                percent(each),
                percent(one)
            )
        })
    }

    /// What it does that a class is not in an image.
    fn missing(&self, at: usize) -> Option<String> {
        let own = &self.own[at];
        let image = format!("Image {}", self.places[at] + 1);
        let value = short(own.values[self.asked.chosen]);
        let settings = self.asked.chosen_settings();
        let rule = rules(self.asked.spec(), self.facts.task()).into_iter().find(|rule| rule.is_in(settings));
        let rule = rule.map_or("always", |rule| rule.option.id);
        let still = own.pulls[0] == 0.0;
        if self.facts.channels == 1 {
            if foreground(&own.labels[0]) > 0 {
                return None;
            }
            let each = match rule {
                "zero" => format!("it counts as {value} whatever is predicted, and has no gradient"),
                "skipped" => format!("it is left out, which leaves nothing of it: {value}, and no gradient"),
                "always" => {
                    format!("its single worst pixel holds all of its loss, {value}, and of its gradient")
                }
                _ if still => format!("it costs {value} however little is predicted, and has no gradient"),
                _ => format!("it costs {value}, which falls as less is predicted"),
            };
            let one = match rule {
                _ if self.whole.labels.iter().all(|labels| foreground(labels) == 0) => {
                    "there is none either, and the same holds"
                }
                "always" => "its pixels are sorted among those of all images",
                _ => "it only adds to Σp, below the fraction bar",
            };
            return Some(format!("{image} has no foreground. Per image {each}. Per batch {one}."));
        }
        let first = usize::from(settings.get("background") == Some(&false.into()));
        let missing: Vec<usize> =
            (first..self.facts.channels).filter(|&class| own.labels[0][class] == 0).collect();
        if missing.is_empty() {
            return None;
        }
        let names: Vec<String> = missing.iter().map(ToString::to_string).collect();
        let class = if missing.len() == 1 { "class" } else { "classes" };
        let each = match rule {
            "zero" => "counts as 0 in the mean over classes",
            "scored" => "is scored, and nothing overlaps with nothing",
            "skipped" | "present" => "is left out of the mean over classes",
            _ => "counts with the largest error that a pixel has",
        };
        let elsewhere = missing.iter().any(|&class| self.whole.labels.iter().any(|labels| labels[class] > 0));
        let one = if elsewhere {
            "the truth of another image has it, and it is scored like any other"
        } else {
            "it is in no image, and the same rule holds"
        };
        Some(format!(
            "{image} has no {class} {}. Per image what is missing {each}. Per batch {one}.",
            listed(&names)
        ))
    }
}

/// Pixels of any class but 0.
fn foreground(labels: &LabelCounts) -> usize {
    labels[1..usize::from(IGNORE)].iter().sum()
}

/// Pixels that count.
fn counted(labels: &LabelCounts) -> usize {
    labels[0] + foreground(labels)
}

#[cfg(test)]
mod tests {
    use ndarray::{Axis, s};

    use super::*;
    use crate::field::{Field, Labels, Logits};
    use crate::loss::config::Settings;

    /// What the panel says of a batch of 2 × 2 pixels with the loss at this place and these settings.
    fn said(logits: &Logits, labels: &Labels, chosen: usize, settings: &Settings) -> Panel {
        let mut asked = Asked { settings: Default::default(), chosen };
        asked.settings[chosen] = settings.clone();
        let field = Field::new(logits.view(), labels.view(), Some(IGNORE)).unwrap();
        let whole = asked.measure(&field).unwrap();
        let own: Vec<Measured> = (0..logits.len_of(Axis(0)))
            .map(|image| {
                let (logits, labels) =
                    (logits.slice(s![image..=image, .., .., ..]), labels.slice(s![image..=image, .., ..]));
                asked.measure(&Field::new(logits, labels, Some(IGNORE)).unwrap()).unwrap()
            })
            .collect();
        let places: Vec<usize> = (0..own.len()).map(|at| 2 * at).collect();
        Seen { asked: &asked, facts: Facts::of(&field), places: &places, own: &own, whole: &whole }.panel()
    }

    fn set(id: &str, to: &str) -> Settings {
        Settings::from([(id.into(), to.into())])
    }

    #[test]
    fn the_sentences_say_what_differs_and_why() {
        let logits = Logits::zeros((2, 1, 2, 2));
        let mut labels = Labels::zeros((2, 2, 2));
        labels[[0, 0, 0]] = 1;
        let panel = said(&logits, &labels, 0, &set("absent", "scored"));
        // Of the first image TP ½, Σp 2, Σy 1; together TP ½, Σp 4, Σy 1. By p the gradient is then −0.36 on the
        // foreground and 0.04 elsewhere: 0.48 in the first image and 0.16 in the second.
        assert_eq!(
            panel.remarks,
            [
                "Per image Dice is 0.8333, the mean of 0.6667 and 1.000: every image counts the same. Per batch it is \
                 0.8000: all pixels are one set, and image 1 has 100 % of their foreground.",
                "Image 3 gets 0 % of the gradient per image and 25 % per batch.",
                "Image 3 has no foreground. Per image it costs 1.000 however little is predicted, and has no gradient. \
                 Per batch it only adds to Σp, below the fraction bar.",
            ]
        );
        assert_eq!(panel.tables[0].columns, ["loss", "per image", "per batch", "image 1", "image 3"]);
        assert_eq!(panel.stills[1].text, "foreground 0 %, Dice 1.000");
        let smooth = Settings::from([("absent".into(), "scored".into()), ("smooth".into(), 1.0.into())]);
        assert!(said(&logits, &labels, 0, &smooth).remarks[2].contains("falls as less is predicted"));
        let summed = Settings::from([("sum".into(), true.into())]);
        assert!(
            said(&logits, &labels, 0, &summed).remarks[0].contains("is 0.6667, the sum of 0.6667 and 0:")
        );
        let lovasz = said(&logits, &labels, 2, &Settings::new());
        assert!(lovasz.remarks[2].contains("its single worst pixel holds all of its loss, 1.000,"));
        assert_eq!(lovasz.tables[1].rows[0][0], "always scored");

        let nothing = said(&logits, &Labels::zeros((2, 2, 2)), 1, &Settings::new());
        assert!(nothing.remarks[0].starts_with("Jaccard is 0 both"), "{:?}", nothing.remarks);
        assert!(nothing.remarks[2].ends_with("there is none either, and the same holds."));
    }

    #[test]
    fn classes_that_an_image_lacks_are_named() {
        let logits = Logits::zeros((2, 3, 1, 3));
        let labels = ndarray::array![[[0u8, 1, 2]], [[0, 0, 0]]];
        let remark = |chosen: usize, settings: &Settings| {
            said(&logits, &labels, chosen, settings).remarks.pop().unwrap()
        };
        for (chosen, settings, what) in [
            (0, Settings::new(), "counts as 0"),
            (1, set("absent", "scored"), "is scored"),
            (1, set("absent", "skipped"), "is left out"),
            (3, Settings::new(), "is left out"),
            (3, set("classes", "all"), "largest error"),
        ] {
            let said = remark(chosen, &settings);
            assert!(
                said.starts_with("Image 3 has no classes 1 and 2. Per image") && said.contains(what),
                "{said}"
            );
        }
        let background = Settings::from([("background".into(), false.into())]);
        let all_zero = ndarray::array![[[1u8, 1, 2]], [[1, 2, 2]]];
        let remarks = said(&logits, &all_zero, 0, &background).remarks;
        assert!(remarks.iter().all(|said| !said.contains("has no")), "class 0 does not count: {remarks:?}");
    }

    #[test]
    fn bars_are_shares_of_the_whole() {
        let logits = Logits::zeros((2, 1, 2, 2));
        let mut labels = Labels::zeros((2, 2, 2));
        labels[[0, 0, 0]] = 1;
        labels[[1, 1, 1]] = 1;
        let panel = said(&logits, &labels, 0, &Settings::new());
        let Chart::Plot(plot) = &panel.charts[1] else { panic!("a plot") };
        for series in &plot.series {
            assert!(series.points.iter().all(|point| (point[1] - 50.0).abs() < 1e-4), "{series:?}");
        }
        let Chart::Plot(plot) = &panel.charts[0] else { panic!("a plot") };
        assert_eq!(plot.series[2].points.len(), 2 * LOSSES.len());
    }
}
