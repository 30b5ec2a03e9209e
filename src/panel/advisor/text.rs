//! Every sentence, title and label of the panel, but for the reasons: those stand with their rules and sources in
//! `study/candidates.rs`.

use super::scene_facts::{Region, SceneFacts};
use super::study::{
    Advised, Bench, CANDIDATES, Candidate, Claim, Evidence, IMBALANCED, MIXED, MOST, Profile, RING, Reason,
    SHARES, Situation, Topic, UNEQUAL, Verdict, best_reached, reference,
};
use crate::field::Task;
use crate::loss::config::Setting;
use crate::paint::number::{count, percent, short, tick};
use crate::panel::text::NOTHING;
use crate::panel::{TableReadout, Title};

pub(super) const TITLE: Title = Title {
    label: "Advisor",
    question: "Which losses would be worth a try here?",
    about: "Rules of thumb from papers give points to losses by what the truth of this scene is like, or the truths of a \
            folder that is open, and by three answers of yours. Each reason names its source, and is tested on this \
            very scene: one that the scene contradicts does not count. One scene is no data set. In a comparison of 20 \
            losses on four tasks none was best everywhere, and sums of two were the most robust (Ma et al. 2021): take \
            the list as where to begin, and let your validation set decide.",
};

pub(super) const POINTS: &str = "What speaks for each, and what against";
pub(super) const POINTS_AXIS: &str = "points";
pub(super) const LOSS: &str = "loss";
pub(super) const IDEAL: &str = "the probability itself";
pub(super) const OPTIMA_X: &str = "share of cases in which the edge is foreground";
pub(super) const OPTIMA_Y: &str = "p with the least expected loss";
pub(super) const IOUS: &str = "How far a few filters come";
pub(super) const IOUS_X: &str = "step of Adam";
pub(super) const IOUS_Y: &str = "IoU of the hard masks";

pub(super) fn optima() -> String {
    format!("Which p is best at an edge of {} px that is uncertain", tick(RING))
}

pub(super) fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Record => "record in studies",
        Topic::Imbalance => "imbalance and sizes",
        Topic::Errors => "false or missed",
        Topic::Shape => "boundary and shape",
        Topic::Calibration => "calibration",
        Topic::Empty => "empty truth",
    }
}

pub(super) fn unbuilt(id: &str) -> String {
    format!("{id} cannot be set so.")
}

/// Name of a candidate, with its settings where another has the same loss.
pub(super) fn name(candidate: &Candidate, task: Task) -> String {
    let name =
        candidate.title.or_else(|| candidate.spec().map(|spec| spec.name.of(task))).unwrap_or(candidate.id);
    let settings = candidate.settings();
    let number = |id: &str| match settings.get(id) {
        Some(Setting::Number(x)) => Some(tick(*x)),
        _ => None,
    };
    match (candidate.id, number("alpha"), number("beta")) {
        ("mixer", ..) | (_, _, None) => name.to_owned(),
        (_, Some(alpha), Some(beta)) => format!("{name} {alpha} / {beta}"),
        (_, None, Some(beta)) => format!("{name}, β = {beta}"),
    }
}

/// Settings of a candidate; empty where all are as by default.
pub(super) fn settings(candidate: &Candidate) -> String {
    if candidate.told.is_empty() { String::new() } else { format!("Settings: {}.", candidate.told) }
}

pub(super) fn signed(points: i32) -> String {
    match points {
        0 => "0".into(),
        points if points > 0 => format!("+{points}"),
        points => format!("\u{2212}{}", points.abs()),
    }
}

pub(super) fn points(points: i32) -> String {
    let number = signed(points);
    if points.abs() == 1 { format!("{number} point") } else { format!("{number} points") }
}

/// A place on the shortlist.
pub(super) fn placed(place: usize, name: &str, points: i32) -> String {
    format!("{place}. {name}: {}", signed(points))
}

/// Sentences on what the scene says of a reason: the verdict, and the numbers that it is by.
pub(super) fn found(measured: &Evidence, candidate: usize, reason: &Reason) -> Vec<String> {
    let Some(claim) = reason.rule.claim else { return vec!["Nothing here measures that.".into()] };
    let (Some(numbers), Some(verdict)) = (numbers(measured, candidate, claim), reason.verdict) else {
        return vec![if measured.complete {
            "This scene has nothing to measure it by.".into()
        } else {
            "Not measured yet.".into()
        }];
    };
    let verdict = match verdict {
        Verdict::Supports => "This scene supports it.",
        Verdict::Contradicts => "This scene contradicts it, so it does not count.",
        Verdict::Neither => "This scene says neither.",
    };
    vec![verdict.into(), numbers]
}

/// Sentence with the numbers measured for a claim; nothing where one was not measured.
fn numbers(measured: &Evidence, candidate: usize, claim: Claim) -> Option<String> {
    let own = measured.profiles.get(candidate)?;
    let other = measured.profiles.get(reference())?;
    Some(match claim {
        Claim::ForegroundAtStart => format!(
            "With all classes equally likely the foreground holds {} of its gradient, and {} of that of cross-entropy.",
            percent(own.share_at_start?),
            percent(other.share_at_start?)
        ),
        Claim::ForegroundNow => format!(
            "With this prediction the foreground holds {} of its gradient, and {} of that of cross-entropy.",
            percent(own.share_now?),
            percent(other.share_now?)
        ),
        Claim::BackgroundAtStart => format!(
            "With all classes equally likely the background holds {} of its gradient.",
            percent(1.0 - own.share_at_start?)
        ),
        Claim::MissesCostMore => format!(
            "Missing a tenth of the foreground costs {} times what as many false pixels cost.",
            ratio(own.missed_to_false?)
        ),
        Claim::FalseFindsCostMore => format!(
            "As many false pixels as a tenth of the foreground cost {} times what missing that tenth costs.",
            ratio(own.missed_to_false?.recip())
        ),
        Claim::DistanceCosts => format!(
            "With the prediction 3 px too wide, a false pixel costs {} times what it costs 1 px too wide.",
            ratio(own.far_to_near?)
        ),
        Claim::Calibrated | Claim::Uncalibrated => {
            own.edge_error()?;
            let list =
                |values: &[f64]| values.iter().map(|&value| tick(value)).collect::<Vec<_>>().join(", ");
            format!(
                "At an edge that is foreground in {} of cases its optimum is p = {}.",
                list(&SHARES),
                list(&own.optima)
            )
        }
        Claim::TeachesEmpty | Claim::SilentEmpty => {
            let (own, other) = (own.empty?, other.empty?);
            let [sum, of_other] = [own.sum, other.sum].map(short);
            if own.largest > 0.5 {
                format!(
                    "With an empty truth Σ|gradient| is {sum}, and {of_other} with cross-entropy; one pixel has {} of it.",
                    percent(own.largest)
                )
            } else {
                format!("With an empty truth Σ|gradient| is {sum}, and {of_other} with cross-entropy.")
            }
        }
        Claim::ClassesAlike => format!(
            "Missing the smallest class costs {} times what as many pixels of the largest cost.",
            ratio(own.rare_to_common?)
        ),
        Claim::SmallestFound | Claim::SmallestLost => format!(
            "With the smallest object missed, and all else likely right, its pixels hold {} of the gradient, and {} of \
             that of cross-entropy.",
            percent(own.share_on_smallest?),
            percent(other.share_on_smallest?)
        ),
        Claim::BreaksCost => format!(
            "A break costs {} times what as many pixels off the sides cost.",
            ratio(own.break_to_sides?)
        ),
        Claim::KeepsUp | Claim::FallsBehind => format!(
            "In {} steps a few filters come to an IoU of {}; the best of all candidates to {}.",
            Bench::STEPS,
            tick(own.reached()?),
            tick(best_reached(measured)?)
        ),
    })
}

/// Two decimals are enough to tell a ratio from 1.
fn ratio(ratio: f64) -> String {
    match ratio {
        x if x >= MOST => format!("≥ {MOST}"),
        x if x <= 1.0 / MOST => format!("≤ {}", 1.0 / MOST),
        x if x < 9.95 => format!("{x:.2}"),
        x => format!("{x:.0}"),
    }
}

/// The facts of every class, and of all together.
pub(super) fn facts(measured: &Evidence) -> TableReadout {
    let facts = measured.advised();
    let column = |name: String, region: Region| {
        let of = |text: String| if region.objects == 0 { NOTHING.into() } else { text };
        vec![
            name,
            percent(region.share),
            count(region.objects),
            of(format!("{} px", count(region.smallest))),
            of(format!("{} px", median(region.median))),
            of(format!("{} px", count(region.boundary))),
            of(percent(region.thinness)),
            of(count(region.at_border)),
        ]
    };
    let mut regions = vec![("all foreground".to_owned(), facts.region(None))];
    if facts.classes.len() > 1 {
        let classes = facts.classes.iter();
        regions.extend(classes.map(|&class| (class_name(measured, class), facts.region(Some(class)))));
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
        let rest = columns.iter().skip(1).map(|_| NOTHING.into());
        rows.push(["images without foreground".to_owned(), empty].into_iter().chain(rest).collect());
    }
    let title = match &measured.set {
        Some(set) => truths(set.images),
        None => "This truth".to_owned(),
    };
    TableReadout::new(title, std::iter::once(String::new()).chain(row(0)), rows)
}

/// Heading of the facts of a set.
fn truths(images: usize) -> String {
    if images == 1 {
        "The truth of 1 image".to_owned()
    } else {
        format!("The truths of {} images", count(images))
    }
}

/// Name of a class: the scene's names are not those of a set.
fn class_name(measured: &Evidence, class: usize) -> String {
    let own = measured.class_names.get(class).filter(|_| measured.set.is_none());
    own.cloned().unwrap_or_else(|| format!("class {class}"))
}

/// A median of areas, which may end in a half.
fn median(median: f64) -> String {
    let whole = count(median as usize);
    if median.fract() > 0.0 { format!("{whole}.5") } else { whole }
}

/// Something that was measured, as text.
type OfProfile = fn(&Profile) -> Option<String>;

/// Everything that was measured of the shortlist, as far as this scene has it.
pub(super) fn measured(measured: &Evidence, shortlist: &[Advised]) -> TableReadout {
    let profile = |advised: &Advised| measured.profiles.get(advised.candidate).cloned().unwrap_or_default();
    let measures: [(&str, OfProfile); 10] = [
        ("gradient on the foreground, all classes equally likely", |p| p.share_at_start.map(percent)),
        ("with this prediction", |p| p.share_now.map(percent)),
        ("missed / false", |p| p.missed_to_false.map(ratio)),
        ("far / near", |p| p.far_to_near.map(ratio)),
        ("error of p at an uncertain edge", |p| p.edge_error().map(|error| format!("{error:.2}"))),
        ("Σ|gradient|, empty truth", |p| p.empty.map(|empty| short(empty.sum))),
        ("rare / common class", |p| p.rare_to_common.map(ratio)),
        ("small / large object", |p| p.small_to_large.map(ratio)),
        ("break / sides", |p| p.break_to_sides.map(ratio)),
        ("IoU of a few filters", |p| p.reached().map(|iou| format!("{iou:.2}"))),
    ];
    let there: Vec<&(&str, OfProfile)> = measures
        .iter()
        .filter(|(_, of)| shortlist.iter().any(|advised| of(&profile(advised)).is_some()))
        .collect();
    let row = |advised: &Advised| {
        let profile = profile(advised);
        let cells = there.iter().map(|(_, of)| of(&profile).unwrap_or_else(|| NOTHING.into()));
        std::iter::once(name(&CANDIDATES[advised.candidate], measured.task())).chain(cells).collect()
    };
    TableReadout::new(
        "Measured on this scene",
        std::iter::once(LOSS).chain(there.iter().map(|(name, _)| *name)),
        shortlist.iter().map(row),
    )
}

/// Sentences on what the rules make of the facts.
pub(super) fn situation(measured: &Evidence, situation: &Situation) -> Vec<String> {
    let facts = measured.advised();
    if situation.empty {
        let empty = if measured.set.is_some() {
            "All truths of the folder are empty: there is nothing to find, and the advice is about images like that."
        } else {
            "The truth is empty: there is nothing to find, and the advice is about images like that. What needs \
             foreground is not measured."
        };
        return vec![empty.into()];
    }
    let rarity = match (situation.imbalanced, situation.strongly_imbalanced) {
        (_, true) => "very rare",
        (true, _) => "rare",
        _ => "not rare",
    };
    let [rarest, line] = [situation.rarest, IMBALANCED].map(percent);
    let mut said = vec![if situation.multiclass {
        format!(
            "The rarest class there is has {rarest} of the pixels: {rarity} (the line is drawn at {line})."
        )
    } else {
        format!("The foreground has {rarest} of the pixels: {rarity} (the line is drawn at {line}).")
    }];
    if situation.unequal_classes {
        said.push(format!(
            "The classes are of unequal size: the largest has at least {UNEQUAL} times the smallest."
        ));
    }
    if situation.mixed {
        said.push(format!("Objects are of mixed size: the largest has at least {MIXED} times the smallest."));
    }
    if situation.thin {
        said.push(format!(
            "Most of it is thin: {} of its pixels are boundary.",
            percent(facts.region(None).thinness)
        ));
    }
    if situation.some_empty {
        let whole = if measured.set.is_some() { "folder" } else { "batch" };
        let SceneFacts { images, empty_images, .. } = facts;
        said.push(format!(
            "Images of the {whole} that have no foreground: {empty_images} of {images}. They count too."
        ));
    }
    said
}

/// Sentences to be kept in mind beside the shortlist.
pub(super) fn remarks(measured: &Evidence, shortlist: &[Advised], situation: &Situation) -> Vec<String> {
    let mut remarks = Vec::new();
    if shortlist.is_empty() {
        remarks.push("Nothing has more than 0 points for these answers here.".to_owned());
    }
    if let Some(set) = &measured.set {
        let (of_set, of_scene) = (set.classes.len() + 1, measured.facts.classes.len() + 1);
        remarks.push(if of_set == of_scene {
            "The folder says which reasons apply; each is tested on this scene alone. Open the image of a row to test them \
             on that."
                .to_owned()
        } else {
            format!(
                "The folder, of {of_set} classes, says which reasons apply; each is tested on this scene alone, which has \
                 {of_scene}: open the image of a row to test them on one like it."
            )
        });
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
    remarks.push(
        if measured.photo {
            "The few filters look at the picture that is opened."
        } else {
            "There is no picture beneath these masks. The few filters look at one that is made from your truth: a grey for \
             each class, under a texture and noise. Open the picture itself to have them look at it."
        }
        .to_owned(),
    );
    remarks
}
