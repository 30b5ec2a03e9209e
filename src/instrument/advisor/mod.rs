//! The advisor: a shortlist of losses, with every reason and what this scene says of it.

mod compared;

use serde::Serialize;

use super::TableReadout;
use crate::field::Task;
use crate::loss::config::Settings;
use crate::paint::chart::Chart;
use crate::paint::number::{count, percent, short, tick};
use crate::study::advice::{
    Advised, Answers, Bench, CANDIDATES, Candidate, Evidence, IMBALANCED, MIXED, MOST, Reason, SHARES,
    Situation, Test, UNEQUAL, Verdict, advise, best_reached,
};
use crate::study::scene_facts::{Region, SceneFacts};

/// What the page shows of a piece of advice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct AdviceReadout {
    /// What the truth is like.
    pub facts: TableReadout,
    /// What the rules make of that, as sentences.
    pub situation: Vec<String>,
    /// The losses to try first, the best first.
    pub shortlist: Vec<Suggestion>,
    /// Those rather not to try, the worst first.
    pub avoid: Vec<Suggestion>,
    /// The shortlist at a glance.
    pub charts: Vec<Chart>,
    /// What was measured of it.
    pub measured: TableReadout,
    /// What is to be kept in mind.
    pub remarks: Vec<String>,
}

/// A loss with what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Suggestion {
    /// The loss.
    pub id: String,
    /// Its name, told from that of the same loss with other settings.
    pub name: String,
    /// What is set, for people; empty where it is as by default.
    pub told: String,
    /// What is set.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Setting>"))]
    pub settings: Settings,
    /// The sum of what counts, as text with a sign.
    pub points: String,
    /// What applies.
    pub reasons: Vec<ReasonReadout>,
}

/// A reason, and what this scene says of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ReasonReadout {
    /// What it gives or takes, as text with a sign.
    pub points: String,
    /// Whether that counts.
    pub counted: bool,
    /// Why.
    pub why: String,
    /// Who says so.
    pub source: String,
    /// What the scene says; nothing where nothing was measured.
    pub verdict: Option<Verdict>,
    /// The same in words, with the numbers.
    pub found: String,
}

/// The advice for these answers.
pub fn readout(measured: &Evidence, answers: Answers) -> AdviceReadout {
    let advice = advise(measured, answers);
    let situation = Situation::of(&measured.facts);
    AdviceReadout {
        facts: facts(measured),
        situation: situation_of(measured, &situation),
        charts: compared::charts(measured, &advice.shortlist),
        measured: compared::table(measured, &advice.shortlist),
        remarks: remarks(measured, &advice.shortlist, &situation),
        shortlist: advice.shortlist.iter().map(|advised| suggestion(measured, advised)).collect(),
        avoid: advice.avoid.iter().map(|advised| suggestion(measured, advised)).collect(),
    }
}

fn task(measured: &Evidence) -> Task {
    if measured.facts.classes.len() > 1 { Task::Multiclass } else { Task::Binary }
}

/// The name of a candidate, with its settings where another has the same loss.
fn name(candidate: &Candidate, task: Task) -> String {
    let name =
        candidate.title.or_else(|| candidate.spec().map(|spec| spec.name.of(task))).unwrap_or(candidate.id);
    let settings = candidate.settings();
    let number = |id: &str| match settings.get(id) {
        Some(crate::loss::config::Setting::Number(x)) => Some(tick(*x)),
        _ => None,
    };
    match (candidate.id, number("alpha"), number("beta")) {
        ("mixer", ..) | (_, _, None) => name.to_owned(),
        (_, Some(alpha), Some(beta)) => format!("{name} {alpha} / {beta}"),
        (_, None, Some(beta)) => format!("{name}, β = {beta}"),
    }
}

fn signed(points: i32) -> String {
    match points {
        0 => "0".into(),
        points if points > 0 => format!("+{points}"),
        points => format!("\u{2212}{}", points.abs()),
    }
}

fn suggestion(measured: &Evidence, advised: &Advised) -> Suggestion {
    let candidate = &CANDIDATES[advised.candidate];
    Suggestion {
        id: candidate.id.into(),
        name: name(candidate, task(measured)),
        told: candidate.told.into(),
        settings: candidate.settings(),
        points: signed(advised.points),
        reasons: advised
            .reasons
            .iter()
            .map(|reason| ReasonReadout {
                points: signed(reason.rule.points),
                counted: reason.points() != 0,
                why: reason.rule.why.into(),
                source: reason.rule.source.into(),
                verdict: reason.verdict,
                found: found(measured, advised.candidate, reason),
            })
            .collect(),
    }
}

/// What the scene says of a reason, with the numbers.
fn found(measured: &Evidence, candidate: usize, reason: &Reason) -> String {
    let Some(test) = reason.rule.test else { return "Nothing here measures that.".into() };
    let numbers = numbers(measured, candidate, test);
    let (Some(numbers), Some(verdict)) = (numbers, reason.verdict) else {
        let unknown =
            if measured.complete { "This scene has nothing to measure it by." } else { "Not measured yet." };
        return unknown.into();
    };
    let says = match verdict {
        Verdict::Supports => "This scene supports it",
        Verdict::Contradicts => "This scene contradicts it, so it does not count",
        Verdict::Neither => "This scene says neither",
    };
    format!("{says}: {numbers}")
}

/// What was measured, as the end of a sentence.
fn numbers(measured: &Evidence, candidate: usize, test: Test) -> Option<String> {
    let own = measured.profiles.get(candidate)?;
    let reference = CANDIDATES.iter().position(|candidate| candidate.id == "cross_entropy")?;
    let other = measured.profiles.get(reference)?;
    let times = |ratio: f64| format!("{} times", short_ratio(ratio));
    Some(match test {
        Test::ForegroundAtStart => format!(
            "with all classes equally likely the foreground holds {} of its gradient, and {} of that of cross-entropy.",
            percent(own.share_at_start?),
            percent(other.share_at_start?)
        ),
        Test::ForegroundNow => format!(
            "with this prediction the foreground holds {} of its gradient, and {} of that of cross-entropy.",
            percent(own.share_now?),
            percent(other.share_now?)
        ),
        Test::BackgroundAtStart => format!(
            "with all classes equally likely the background holds {} of its gradient.",
            percent(1.0 - own.share_at_start?)
        ),
        Test::MissesCostMore => format!(
            "missing a tenth of the foreground costs {} what as many false pixels cost.",
            times(own.missed_to_false?)
        ),
        Test::FalseFindsCostMore => format!(
            "as many false pixels as a tenth of the foreground cost {} what missing that tenth costs.",
            times(own.missed_to_false?.recip())
        ),
        Test::DistanceCosts => format!(
            "with the prediction 3 px too wide, a false pixel costs {} what it costs 1 px too wide.",
            times(own.far_to_near?)
        ),
        Test::Calibrated | Test::Uncalibrated => {
            own.edge_error()?;
            let list =
                |values: &[f64]| values.iter().map(|&value| tick(value)).collect::<Vec<_>>().join(", ");
            format!(
                "at an edge that is foreground in {} of cases its optimum is p = {}.",
                list(&SHARES),
                list(&own.optima)
            )
        }
        Test::TeachesEmpty | Test::SilentEmpty => {
            let (own, other) = (own.empty?, other.empty?);
            let whole = format!(
                "with an empty truth Σ|gradient| is {}, and {} with cross-entropy",
                short(own.sum),
                short(other.sum)
            );
            let one = format!("; one pixel has {} of it", percent(own.largest));
            format!("{whole}{}.", if own.largest > 0.5 { one } else { String::new() })
        }
        Test::ClassesAlike => format!(
            "missing the smallest class costs {} what as many pixels of the largest cost.",
            times(own.rare_to_common?)
        ),
        Test::SmallestFound | Test::SmallestLost => format!(
            "with the smallest object missed, and all else likely right, its pixels hold {} of the gradient, and {} of that \
             of cross-entropy.",
            percent(own.share_on_smallest?),
            percent(other.share_on_smallest?)
        ),
        Test::BreaksCost => {
            format!("a break costs {} what as many pixels off the sides cost.", times(own.break_to_sides?))
        }
        Test::KeepsUp | Test::FallsBehind => format!(
            "in {} steps a few filters come to an IoU of {}; the best of all candidates to {}.",
            Bench::STEPS,
            tick(own.reached()?),
            tick(best_reached(measured)?)
        ),
    })
}

/// Two decimals are enough to tell a ratio from 1.
fn short_ratio(ratio: f64) -> String {
    match ratio {
        x if x >= MOST => format!("≥ {MOST}"),
        x if x <= 1.0 / MOST => format!("≤ {}", 1.0 / MOST),
        x if x < 9.95 => format!("{x:.2}"),
        x => format!("{x:.0}"),
    }
}

/// The facts of every class, and of all together.
fn facts(measured: &Evidence) -> TableReadout {
    let facts = &measured.facts;
    let column = |name: String, region: Region| {
        let none = region.objects == 0;
        let dash = || "–".to_owned();
        let of = |text: String| if none { dash() } else { text };
        vec![
            name,
            percent(region.share),
            count(region.objects),
            of(format!("{} px", count(region.smallest))),
            of(format!("{} px", tick_whole(region.median))),
            of(format!("{} px", count(region.boundary))),
            of(percent(region.thinness)),
            of(count(region.at_border)),
        ]
    };
    let mut regions = vec![("all foreground".to_owned(), facts.region(None))];
    if facts.classes.len() > 1 {
        let classes = facts.classes.iter();
        regions.extend(classes.map(|&class| (format!("class {class}"), facts.region(Some(class)))));
    }
    let columns: Vec<Vec<String>> = regions.into_iter().map(|(name, region)| column(name, region)).collect();
    // Facts are rows, so that the table is narrow.
    let names = [
        "",
        "share of the pixels",
        "objects",
        "smallest object",
        "median object",
        "boundary",
        "boundary, of the area",
        "objects at the border",
    ];
    let row = |row: usize| columns.iter().map(move |column| column[row].clone());
    let mut rows: Vec<Vec<String>> =
        (1..names.len()).map(|at| std::iter::once(names[at].to_owned()).chain(row(at)).collect()).collect();
    if facts.images > 1 {
        let empty = format!("{} of {}", facts.empty_images, facts.images);
        let rest = columns.iter().skip(1).map(|_| "–".to_owned());
        rows.push(["images without foreground".to_owned(), empty].into_iter().chain(rest).collect());
    }
    TableReadout {
        title: "This truth".into(),
        columns: std::iter::once(String::new()).chain(row(0)).collect(),
        rows,
    }
}

/// A median of areas, which may end in a half.
fn tick_whole(median: f64) -> String {
    let whole = count(median as usize);
    if median.fract() > 0.0 { format!("{whole}.5") } else { whole }
}

/// What the rules make of the facts.
fn situation_of(measured: &Evidence, situation: &Situation) -> Vec<String> {
    let all = measured.facts.region(None);
    if situation.empty {
        return vec![
            "The truth is empty: there is nothing to find, and the advice is about images like that. What needs \
             foreground is not measured."
                .into(),
        ];
    }
    let mut said = Vec::new();
    let whose = if situation.multiclass { "The rarest class there is has" } else { "The foreground has" };
    said.push(format!(
        "{whose} {} of the pixels: {} (the line is drawn at {}).",
        percent(situation.rarest),
        match (situation.imbalanced, situation.strongly_imbalanced) {
            (_, true) => "very rare",
            (true, _) => "rare",
            _ => "not rare",
        },
        percent(IMBALANCED)
    ));
    if situation.unequal_classes {
        said.push(format!(
            "The classes are of unequal size: the largest has at least {UNEQUAL} times the smallest."
        ));
    }
    if situation.mixed {
        said.push(format!("Objects are of mixed size: the largest has at least {MIXED} times the smallest."));
    }
    if situation.thin {
        said.push(format!("Most of it is thin: {} of its pixels are boundary.", percent(all.thinness)));
    }
    let SceneFacts { images, empty_images, .. } = measured.facts;
    if situation.some_empty {
        said.push(format!(
            "Of the {images} images of the batch {empty_images} without foreground: they count too."
        ));
    }
    said
}

fn remarks(measured: &Evidence, shortlist: &[Advised], situation: &Situation) -> Vec<String> {
    let mut remarks = Vec::new();
    if shortlist.is_empty() {
        remarks.push("Nothing has more than 0 points for these answers on this scene.".to_owned());
    }
    let ratios: Vec<f64> = shortlist
        .iter()
        .filter_map(|advised| measured.profiles.get(advised.candidate)?.small_to_large)
        .collect();
    if situation.mixed
        && ratios.len() == shortlist.len()
        && ratios.iter().all(|ratio| (0.8..=1.25).contains(ratio))
    {
        remarks.push(
            "None of the shortlist counts objects: missing the smallest costs about what as many pixels of the largest \
             cost."
                .into(),
        );
    }
    remarks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::advice::Profile;
    use crate::study::advice::{EmptyGradient, Worse};
    use crate::study::scene_facts::{SceneFacts, SceneObject};

    fn object(class: usize, pixels: usize) -> SceneObject {
        SceneObject { class, pixels, boundary: pixels / 2, depth: 4.0, at_border: false }
    }

    fn evidence(classes: usize, objects: Vec<SceneObject>) -> Evidence {
        let profile = Profile {
            share_at_start: Some(0.02),
            share_now: Some(0.3),
            missed_to_false: Some(1.0),
            far_to_near: Some(100.0),
            optima: vec![0.01, 0.2, 0.75, 0.99],
            empty: Some(EmptyGradient { sum: 0.25, largest: 0.9 }),
            rare_to_common: Some(12.3),
            small_to_large: Some(1.0),
            share_on_smallest: Some(0.001),
            break_to_sides: Some(0.01),
            ious: vec![0.4; Bench::STEPS + 1],
        };
        let (classes, empty_images) = ((1..=classes).collect(), usize::from(objects.is_empty()));
        let facts = SceneFacts { counted: 10_000, classes, objects, images: 1, empty_images };
        Evidence { facts, profiles: vec![profile; CANDIDATES.len()], complete: true }
    }

    fn all_answers() -> impl Iterator<Item = Answers> {
        [Worse::FalsePositives, Worse::Equal, Worse::FalseNegatives].into_iter().flat_map(|worse| {
            (0..4).map(move |i| Answers { worse, boundaries: i % 2 == 1, calibrated: i / 2 == 1 })
        })
    }

    #[test]
    fn everything_that_is_said_is_a_sentence_with_its_numbers() {
        let scenes = [
            evidence(1, vec![]),
            evidence(1, vec![object(1, 50), object(1, 3)]),
            evidence(2, vec![object(1, 4000), object(2, 40)]),
        ];
        for evidence in &scenes {
            for answers in all_answers() {
                let readout = readout(evidence, answers);
                let said: Vec<&Suggestion> = readout.shortlist.iter().chain(&readout.avoid).collect();
                let mut names: Vec<&str> = said.iter().map(|one| one.name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), said.len(), "no two have one name: {names:?}");
                for reason in said.iter().flat_map(|one| &one.reasons) {
                    assert!(reason.found.ends_with('.') && !reason.found.contains("NaN"), "{}", reason.found);
                    assert_eq!(reason.counted, reason.verdict != Some(Verdict::Contradicts));
                    let measured = reason.found.chars().any(|letter| letter.is_ascii_digit());
                    assert_eq!(measured, reason.verdict.is_some(), "{}", reason.found);
                }
                assert!(readout.situation.iter().chain(&readout.remarks).all(|said| said.ends_with('.')));
                for table in [&readout.facts, &readout.measured] {
                    assert!(table.rows.iter().all(|row| row.len() == table.columns.len()));
                }
            }
        }
    }

    #[test]
    fn the_chart_adds_up_to_the_points_of_the_cards() {
        let evidence = evidence(2, vec![object(1, 4000), object(2, 40)]);
        for answers in all_answers() {
            let readout = readout(&evidence, answers);
            let Chart::Bars(bars) = &readout.charts[0] else { panic!("bars") };
            for (row, one) in bars.rows.iter().zip(&readout.shortlist) {
                assert_eq!(signed(row.values.iter().sum::<f64>() as i32), one.points);
                assert!(row.name.contains(&one.name));
            }
        }
    }

    #[test]
    fn facts_are_told_of_every_class_and_of_an_empty_truth() {
        let two = readout(&evidence(2, vec![object(1, 4000), object(2, 40)]), Answers::default());
        assert_eq!(two.facts.columns, ["", "all foreground", "class 1", "class 2"]);
        assert_eq!(two.facts.rows[0], ["share of the pixels", "40 %", "40 %", "0.40 %"]);
        assert!(two.situation[0].contains("0.40 %") && two.situation[1].contains("unequal"));
        assert!(two.remarks[0].contains("None of the shortlist counts objects"));
        let none = readout(&evidence(1, vec![]), Answers::default());
        assert!(none.situation[0].starts_with("The truth is empty"));
        assert_eq!(none.facts.rows[1], ["objects", "0"]);
        assert_eq!(none.facts.rows[2], ["smallest object", "–"]);
    }

    #[test]
    fn what_is_not_known_yet_is_told_from_what_cannot_be() {
        let mut evidence = evidence(1, vec![object(1, 50)]);
        evidence.profiles = vec![Profile::default(); CANDIDATES.len()];
        let found =
            |evidence: &Evidence| readout(evidence, Answers::default()).shortlist[0].reasons[0].found.clone();
        evidence.complete = false;
        assert_eq!(found(&evidence), "Not measured yet.");
        evidence.complete = true;
        assert_eq!(found(&evidence), "This scene has nothing to measure it by.");
    }
}
