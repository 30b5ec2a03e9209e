use ndarray::{Array2, Array3, Array4};

use super::*;
use crate::field::{Field, Labels};
use crate::loss::config::{Config, Settings};
use crate::loss::{self, Loss};
use crate::panel::advisor::scene_facts::SceneObject;

fn built(id: &str, settings: &[(&str, f64)]) -> Box<dyn Loss> {
    let spec = loss::find(id).unwrap();
    let settings: Settings = settings.iter().map(|(id, x)| ((*id).to_owned(), (*x).into())).collect();
    (spec.build)(&Config::new(spec, &settings).unwrap())
}

fn bench_of(labels: Labels, channels: usize) -> Bench {
    let (_, height, width) = labels.dim();
    let image = Array2::from_shape_fn((height, width), |(y, x)| f32::from(labels[[0, y, x]]));
    Bench::new(Array4::zeros((1, channels, height, width)), labels, image).unwrap()
}

/// Squares of 12 × 12 and 3 × 3 pixels, in 40 × 40; in a task of three classes the small one is class 2.
fn squares(channels: usize) -> Bench {
    let inside = |y: usize, x: usize, from: usize, side: usize| {
        (from..from + side).contains(&y) && (from..from + side).contains(&x)
    };
    let small = if channels == 1 { 1 } else { 2 };
    bench_of(
        Array3::from_shape_fn((1, 40, 40), |(_, y, x)| {
            if inside(y, x, 8, 12) {
                1
            } else if inside(y, x, 30, 3) {
                small
            } else {
                0
            }
        }),
        channels,
    )
}

fn measured(bench: &Bench, loss: &dyn Loss) -> Profile {
    let mut profile = Profile::default();
    for what in Measurement::ALL {
        bench.measure(what, loss, &mut profile).unwrap();
    }
    profile
}

fn close(found: Option<f64>, expected: f64) -> bool {
    found.is_some_and(|found| (found - expected).abs() < 1e-4 * expected.abs().max(1.0))
}

/// Cross-entropy: a wrong pixel costs the same wherever it is and whatever class it has.
#[test]
fn cross_entropy_has_its_closed_forms() {
    for channels in [1, 3] {
        let profile = measured(&squares(channels), &*built("cross_entropy", &[]));
        let share = 153.0 / 1600.0;
        assert!(close(profile.share_at_start, share) && close(profile.share_now, share));
        assert!(close(profile.missed_to_false, 1.0) && close(profile.far_to_near, 1.0));
        assert!(close(profile.small_to_large, 1.0));
        assert_eq!(profile.rare_to_common.is_some(), channels == 3);
        assert!(profile.optima.iter().zip(SHARES).all(|(p, q)| (p - q).abs() < 1e-9), "{:?}", profile.optima);
        // Of an empty truth at even odds: one minus the probability of the background at every pixel, over their number,
        // and as much again that the other channels share.
        let sum = if channels == 1 { 0.5 } else { 4.0 / 3.0 };
        assert!(close(profile.empty.map(|empty| empty.sum), sum), "{:?}", profile.empty);
        // 9 pixels that are missed at p = 0.1, and the others right at 0.9.
        if channels == 1 {
            assert!(close(profile.share_on_smallest, 9.0 * 0.9 / (9.0 * 0.9 + 1591.0 * 0.1)));
        }
    }
}

/// At even odds all pixels are as hard, and a tenth of them is taken from anywhere: the foreground, which lies in the last
/// rows, has its own share of them, and not none.
#[test]
fn the_hardest_pixels_at_even_odds_are_not_the_first_rows() {
    for channels in [1, 3] {
        let labels = Array3::from_shape_fn((1, 40, 40), |(_, y, _)| u8::from(y >= 30));
        let profile = measured(&bench_of(labels, channels), &*built("top_k_cross_entropy", &[]));
        let share = profile.share_at_start.unwrap();
        // 160 of 1600 pixels; the standard deviation of a share of 1/4 among them is 0.03.
        assert!((share - 0.25).abs() < 0.12, "{channels}: {share}");
    }
}

/// Dice loss, 1 − 2I/(Σp + Σy), worked out by hand with a probability of 0.99 for the predicted class.
#[test]
fn dice_has_its_closed_forms() {
    let profile = measured(&squares(1), &*built("dice", &[]));
    let (n, all, p, q) = (153.0, 1600.0, 0.99, 0.01);
    let loss = |found: f64, false_finds: f64| {
        let overlap = p * found + q * (n - found);
        let predicted = p * (found + false_finds) + q * (all - found - false_finds);
        1.0 - 2.0 * overlap / (predicted + n)
    };
    let right = loss(n, 0.0);
    assert!(close(profile.missed_to_false, (loss(n - 15.0, 0.0) - right) / (loss(n, 15.0) - right)));
    assert!(close(profile.small_to_large, 1.0));
    // The squares have 48 and 12 pixels around them at a distance of 1 or less, and within 3 a frame with round corners.
    let within = |side: f64| 4.0 * 3.0 * side + 4.0 * 4.0;
    let (near, far) = (60.0, within(12.0) + within(3.0));
    let cost = |wide: f64| (loss(n, wide) - right) / wide;
    assert!(close(profile.far_to_near, cost(far) / cost(near)), "{:?}", profile.far_to_near);
    // Snapped to one end or the other.
    assert!(profile.optima.iter().all(|p| (p - 0.5).abs() > 0.48), "{:?}", profile.optima);
    assert_eq!(profile.empty, Some(EmptyGradient { sum: 0.0, largest: 0.0 }));
    // At even odds I = n/2 and D = N/2 + n.
    let (i, d) = (n / 2.0, all / 2.0 + n);
    let (on, off) = (n * (d - i), (all - n) * i);
    assert!(close(profile.share_at_start, on / (on + off)));
}

#[test]
fn what_a_loss_is_made_for_is_seen() {
    let bench = squares(3);
    let of = |id: &str, settings: &[(&str, f64)]| measured(&bench, &*built(id, settings));
    assert!(of("tversky", &[("alpha", 0.3), ("beta", 0.7)]).missed_to_false.unwrap() > 2.0);
    let binary = squares(1);
    let precise = measured(&binary, &*built("tversky", &[("alpha", 0.7), ("beta", 0.3)]));
    assert!(precise.missed_to_false.unwrap() < 0.8, "{:?}", precise.missed_to_false);
    assert!(
        of("boundary", &[]).far_to_near.unwrap() > 1.5 && of("hausdorff", &[]).far_to_near.unwrap() > 2.0
    );
    assert!(of("generalized_dice", &[]).rare_to_common.unwrap() > 10.0);
    // The single worst pixel.
    let lovasz = measured(&binary, &*built("lovasz_softmax", &[]));
    assert!((lovasz.empty.unwrap().largest - 1.0).abs() < 1e-6);
}

#[test]
fn a_line_is_broken_in_one_place_or_thinned_in_many() {
    let labels = Array3::from_shape_fn((1, 24, 80), |(_, y, x)| {
        u8::from((10..13).contains(&y) && (4..76).contains(&x))
    });
    let bench = bench_of(labels, 1);
    assert!(bench.facts().objects[0].is_thin());
    let dice = measured(&bench, &*built("dice", &[]));
    assert!(close(dice.break_to_sides, 1.0), "it counts pixels: {:?}", dice.break_to_sides);
    let skeletons = measured(&bench, &*built("cldice", &[]));
    assert!(skeletons.break_to_sides.unwrap() > 1.25, "{:?}", skeletons.break_to_sides);
    assert_eq!(measured(&squares(1), &*built("dice", &[])).break_to_sides, None);
}

#[test]
fn without_foreground_or_without_background_the_rest_is_unknown() {
    for (label, channels) in [(0, 1), (0, 3), (1, 1), (2, 3), (255, 1)] {
        let bench = bench_of(Array3::from_elem((1, 9, 7), label), channels);
        for candidate in CANDIDATES {
            let profile = measured(&bench, &*candidate.build().unwrap());
            assert!(profile.optima.is_empty(), "there is no edge");
            assert_eq!(
                (profile.missed_to_false, profile.far_to_near),
                (None, None),
                "{label} {}",
                candidate.id
            );
            assert_eq!(profile.small_to_large, None);
            assert!(profile.empty.unwrap().sum.is_finite());
        }
    }
}

#[test]
fn a_descent_of_filters_finds_what_is_bright() {
    let mut race = squares(1).race(built("dice_cross_entropy", &[])).unwrap();
    for _ in 0..Bench::STEPS {
        race.step().unwrap();
    }
    let ious: Vec<f64> = race.records(0).iter().map(|record| record.iou).collect();
    let profile = Profile { ious, ..Profile::default() };
    assert!(profile.reached().unwrap() > 0.9, "{:?}", profile.reached());
    let half = Profile { ious: profile.ious[..20].to_vec(), ..Profile::default() };
    assert_eq!(half.reached(), None, "not yet");
}

fn object(class: usize, pixels: usize, depth: f64) -> SceneObject {
    SceneObject { class, pixels, boundary: pixels / 2, depth, width: 2.0 * depth, at_border: false }
}

/// Facts of a scene of 10000 pixels, with nothing measured.
fn evidence(classes: usize, objects: &[SceneObject]) -> Evidence {
    let class_names = (0..=classes).map(|class| format!("class {class}")).collect();
    let (classes, empty_images) = ((1..=classes).collect(), usize::from(objects.is_empty()));
    let facts = SceneFacts { counted: 10_000, classes, objects: objects.to_vec(), images: 1, empty_images };
    Evidence {
        facts,
        set: None,
        class_names,
        profiles: vec![Profile::default(); CANDIDATES.len()],
        photo: false,
        complete: false,
    }
}

fn situations() -> [Evidence; 6] {
    [
        evidence(2, &[]),
        evidence(1, &[]),
        evidence(1, &[object(1, 3000, 20.0)]),
        evidence(1, &[object(1, 80, 5.0), object(1, 4, 1.0)]),
        evidence(1, &[object(1, 400, 1.5)]),
        evidence(2, &[object(1, 2000, 20.0), object(2, 100, 5.0)]),
    ]
}

fn answers() -> Vec<Answers> {
    let mut all = Vec::new();
    for worse in [Worse::FalsePositives, Worse::Equal, Worse::FalseNegatives] {
        for boundaries in [false, true] {
            for calibrated in [false, true] {
                all.push(Answers { worse, boundaries, calibrated, ..Answers::default() });
            }
        }
    }
    all
}

#[test]
fn facts_make_situations() {
    let [_, empty, large, tiny, thin, two] = situations().map(|evidence| Situation::of(&evidence.facts));
    assert!(empty.empty && !empty.imbalanced && !large.imbalanced && !large.mixed);
    assert!(tiny.strongly_imbalanced && tiny.mixed && !tiny.thin);
    assert!(thin.imbalanced && !thin.strongly_imbalanced && thin.thin);
    assert!(two.multiclass && two.unequal_classes && two.imbalanced && (two.rarest - 0.01).abs() < 1e-12);
    assert!(!large.some_empty && empty.some_empty);
}

#[test]
fn an_empty_image_in_the_batch_counts_as_an_empty_truth_does() {
    let [_, _, large, ..] = situations();
    let mut batch = large.clone();
    (batch.facts.images, batch.facts.empty_images) = (3, 1);
    let dice = CANDIDATES.iter().position(|candidate| candidate.id == "dice").unwrap();
    let points = |evidence: &Evidence| {
        let all = ranked(evidence, Answers::default());
        all.iter().find(|advised| advised.candidate == dice).unwrap().points
    };
    let when_empty = CANDIDATES[dice].rules.iter().find(|rule| rule.when == When::Empty).unwrap().points;
    assert_eq!(points(&batch) - points(&large), when_empty);
}

#[test]
fn every_candidate_can_be_built_and_every_rule_fires_somewhere() {
    for candidate in CANDIDATES {
        assert!(candidate.build().is_some(), "{} has no such settings", candidate.id);
        for rule in candidate.rules {
            let fires = situations().iter().any(|evidence| {
                let situation = Situation::of(&evidence.facts);
                candidate.only.allows(&situation)
                    && answers().into_iter().any(|answers| rule.when.holds(&situation, answers))
            });
            assert!(fires, "{}: {}", candidate.id, rule.why);
            assert!((1..=4).contains(&rule.points.abs()), "{}: {}", candidate.id, rule.why);
            assert!(rule.why.ends_with('.') && !rule.source.is_empty() && !rule.source.ends_with('.'));
        }
    }
}

#[test]
fn points_are_the_sum_of_what_applies() {
    for evidence in situations() {
        for answers in answers() {
            let all = ranked(&evidence, answers);
            assert!(all.is_sorted_by_key(|advised| -advised.points));
            for advised in all {
                let sum: i32 = advised.reasons.iter().map(|reason| reason.rule.points).sum();
                assert_eq!(sum, advised.points, "nothing is measured, so everything counts");
            }
        }
    }
}

/// Ranking by the answer that misses are worse: it raises losses that make them dearer, and no other answer
/// lowers them.
#[test]
fn the_ranking_follows_the_answers() {
    let points = |evidence: &Evidence, answers: Answers, which: &dyn Fn(&Candidate) -> bool| -> Vec<i32> {
        let mut found: Vec<(usize, i32)> = ranked(evidence, answers)
            .iter()
            .filter(|one| which(&CANDIDATES[one.candidate]))
            .map(|one| (one.candidate, one.points))
            .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, points)| points).collect()
    };
    let never_lowers =
        |more: Vec<i32>, less: Vec<i32>| more.iter().zip(&less).all(|(more, less)| more >= less);
    let is = |candidate: &Candidate, told: &str| candidate.told.contains(told);
    for evidence in situations() {
        for base in answers() {
            let with = |worse| Answers { worse, ..base };
            for (which, worse) in [("β = 0.7", Worse::FalseNegatives), ("β = 0.3", Worse::FalsePositives)] {
                let of = |answers| points(&evidence, answers, &|candidate| is(candidate, which));
                for other in [Worse::Equal, Worse::FalsePositives, Worse::FalseNegatives] {
                    if other != worse {
                        let (own, others) = (of(with(worse)), of(with(other)));
                        assert!(own.iter().zip(&others).all(|(a, b)| a > b), "{which} {other:?}");
                    }
                }
            }
            let of = |answers, which: &dyn Fn(&Candidate) -> bool| points(&evidence, answers, which);
            let sure = Answers { calibrated: true, ..base };
            let unsure = Answers { calibrated: false, ..base };
            let entropy = |candidate: &Candidate| candidate.id == "cross_entropy";
            assert!(never_lowers(of(sure, &entropy), of(unsure, &entropy)));
            assert!(never_lowers(of(unsure, &|one| !entropy(one)), of(sure, &|one| !entropy(one))));
            let far = |candidate: &Candidate| candidate.title.is_some_and(|title| title.contains("boundary"));
            let [many, few] = [true, false].map(|boundaries| of(Answers { boundaries, ..base }, &far));
            assert!(never_lowers(many, few));
        }
    }
}

#[test]
fn what_the_scene_contradicts_does_not_count() {
    let mut evidence = evidence(1, &[object(1, 80, 5.0)]);
    let recall = Answers { worse: Worse::FalseNegatives, ..Answers::default() };
    let at = CANDIDATES.iter().position(|one| one.id == "tversky").unwrap();
    let points = |evidence: &Evidence| {
        let all = ranked(evidence, recall);
        let one = all.iter().find(|one| one.candidate == at).unwrap();
        (one.points, one.reasons[0].verdict)
    };
    let before = points(&evidence);
    for (ratio, verdict, lost) in
        [(2.0, Verdict::Supports, 0), (1.1, Verdict::Neither, 0), (0.5, Verdict::Contradicts, 3)]
    {
        evidence.profiles[at].missed_to_false = Some(ratio);
        assert_eq!(points(&evidence), (before.0 - lost, Some(verdict)));
    }
}

#[test]
fn bounds_are_on_either_side_and_judge_at_their_ends() {
    for test in Claim::ALL {
        let (supports, contradicts) = test.bounds();
        assert_eq!(test.judge(supports), Verdict::Supports, "{test:?}");
        assert_eq!(test.judge(contradicts), Verdict::Contradicts, "{test:?}");
        assert_eq!(test.judge(f64::midpoint(supports, contradicts)), Verdict::Neither, "{test:?}");
    }
}

#[test]
fn a_shortlist_has_each_loss_once_and_no_loss_is_on_both_lists() {
    for evidence in situations() {
        for answers in answers() {
            let Advice { shortlist, avoid } = advise(&evidence, answers);
            assert!(!shortlist.is_empty() && shortlist.len() <= SHORT);
            assert!(shortlist.iter().all(|one| one.points > 0) && avoid.iter().all(|one| one.points < 0));
            let mut ids: Vec<&str> =
                shortlist.iter().chain(&avoid).map(|one| CANDIDATES[one.candidate].id).collect();
            ids.retain(|id| *id != "mixer");
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all, "{ids:?}");
        }
    }
}

#[test]
fn ignored_pixels_are_left_alone() {
    let mut labels = Array3::zeros((1, 20, 20));
    labels.slice_mut(ndarray::s![0, 5..12, 5..12]).fill(1);
    labels.slice_mut(ndarray::s![0, .., 14..]).fill(crate::field::IGNORE);
    let bench = bench_of(labels.clone(), 1);
    let logits = Array4::zeros((1, 1, 20, 20));
    let field = Field::new(logits.view(), labels.view(), Some(crate::field::IGNORE)).unwrap();
    assert_eq!(bench.facts().counted, field.valid_pixels(0..1));
    let profile = measured(&bench, &*built("cross_entropy", &[]));
    assert!(close(profile.share_at_start, 49.0 / 280.0) && close(profile.missed_to_false, 1.0));
}
