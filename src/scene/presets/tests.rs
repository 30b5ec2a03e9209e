//! Each preset is what it says, at every size.

use super::super::ink::probs_of;
use super::*;

const SIZES: [usize; 5] = [64, 96, 128, 200, 256];

fn built(id: &str, size: usize) -> Scene {
    preset(id).unwrap().build(size)
}

fn fraction(scene: &Scene, class: u8) -> f64 {
    scene.labels().iter().filter(|&&label| label == class).count() as f64 / scene.labels().len() as f64
}

/// The mean probability of a class over the pixels of a label.
fn mean_prob(scene: &Scene, class: usize, label: u8) -> f64 {
    let mut sum = (0.0, 0.0);
    for ((_, y, x), &own) in scene.labels().indexed_iter() {
        if own == label {
            sum = (sum.0 + probs_at(scene, y, x)[class], sum.1 + 1.0);
        }
    }
    sum.0 / sum.1
}

/// The probabilities of the classes at a pixel; of both, if there are two.
fn probs_at(scene: &Scene, y: usize, x: usize) -> Vec<f64> {
    let channels = 0..scene.shape().channels;
    let mut values: Vec<f64> = channels.map(|channel| scene.painted()[[0, channel, y, x]].into()).collect();
    probs_of(&mut values);
    if let [p] = values[..] { vec![1.0 - p, p] } else { values }
}

fn each_prob(scene: &Scene, class: usize) -> Vec<f64> {
    scene.labels().indexed_iter().map(|((_, y, x), _)| probs_at(scene, y, x)[class]).collect()
}

fn iou(scene: &Scene, class: u8) -> f64 {
    let predicted = each_prob(scene, class.into()).into_iter().map(|p| p >= 0.5);
    let (mut both, mut either) = (0, 0);
    for (predicted, &label) in predicted.zip(scene.labels()) {
        both += u32::from(predicted && label == class);
        either += u32::from(predicted || label == class);
    }
    f64::from(both) / f64::from(either)
}

#[test]
fn every_preset_is_a_valid_scene_of_the_size_asked_for() {
    for preset in PRESETS {
        for size in [0, 64, 128, 256, 10_000] {
            let scene = preset.build(size);
            let shape = scene.shape();
            assert_eq!(shape.channels, preset.channels, "{}", preset.id);
            // A photograph and most facts have a size of their own.
            if preset.id != "coins" && !preset.fact {
                assert_eq!(
                    (shape.height, shape.width),
                    (size.clamp(64, 256), size.clamp(64, 256)),
                    "{}",
                    preset.id
                );
            }
            assert_eq!((scene.title(), scene.preset()), (preset.title, Some(preset.id)));
            let (labels, painted) = (scene.labels().clone(), scene.painted().clone());
            let valid = Scene::labelled(preset.labelling, preset.title, labels, painted);
            assert!(valid.is_ok(), "{}: {valid:?}", preset.id);
            let largest = scene.painted().iter().fold(0.0f32, |most, z| most.max(z.abs()));
            // The prediction of an uncertain edge is sure of the rest.
            assert!(largest < 12.0 || preset.id == "uncertain-edge", "{} is saturated: {largest}", preset.id);
        }
        assert_eq!(preset.build(64), preset.build(64), "{} twice", preset.id);
    }
    let mut ids: Vec<&str> = PRESETS.iter().map(|preset| preset.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), PRESETS.len());
    assert!(preset(DEFAULT_PRESET).is_some() && preset("no such").is_none());
}

#[test]
fn a_made_scene_is_the_same_picture_at_every_size() {
    for preset in PRESETS.iter().filter(|preset| preset.id != "coins") {
        let (small, large) = (preset.build(64), preset.build(256));
        for class in 0..preset.channels.max(2) {
            let mean =
                |scene: &Scene| each_prob(scene, class).iter().sum::<f64>() / scene.labels().len() as f64;
            let (a, b) = (mean(&small), mean(&large));
            assert!((a - b).abs() < 0.01, "{}, class {class}: {a} and {b}", preset.id);
        }
    }
}

#[test]
fn regions_are_nested_and_the_last_is_half_missed() {
    for size in SIZES {
        let scene = built("nested-regions", size);
        assert!(
            scene.labels().iter().all(|label| [0, 1, 3, 7].contains(label)),
            "each within the one before"
        );
        let iou = |region: usize| {
            let (mut both, mut either) = (0, 0);
            for ((_, y, x), &label) in scene.labels().indexed_iter() {
                let (here, found) = (label >> region & 1 == 1, scene.painted()[[0, region, y, x]] >= 0.0);
                both += u32::from(here && found);
                either += u32::from(here || found);
            }
            f64::from(both) / f64::from(either)
        };
        let [whole, core, enhancing] = [0, 1, 2].map(iou);
        assert!(whole > 0.8 && (0.55..0.8).contains(&core), "{whole}, {core} at {size}");
        assert!((0.15..0.55).contains(&enhancing), "{enhancing} at {size}");
    }
}

#[test]
fn the_coins_are_the_files() {
    let scene = built("coins", 128);
    assert_eq!((scene.shape().height, scene.shape().width), (151, 192));
    assert_eq!(scene.photo().map(<[u8]>::len), Some(151 * 192));
    // The figures that the making of the files printed.
    assert!((fraction(&scene, 1) - 0.3377).abs() < 5e-5, "{}", fraction(&scene, 1));
    assert!((iou(&scene, 1) - 0.8577).abs() < 5e-4, "{}", iou(&scene, 1));
}

#[test]
fn the_disc_is_balanced_and_nearly_fits() {
    for size in SIZES {
        let scene = built("balanced-disc", size);
        let share = fraction(&scene, 1);
        assert!((0.35..0.5).contains(&share), "{share} at {size}");
        let iou = iou(&scene, 1);
        assert!((0.75..0.95).contains(&iou), "IoU {iou} at {size}");
    }
}

#[test]
fn the_lesion_is_tiny_and_the_prediction_hesitates() {
    for size in Preset::SMALLEST..=Preset::LARGEST {
        let (labels, ..) = tiny_lesion(size);
        let share = labels.iter().map(|&label| f64::from(label)).sum::<f64>() / (size * size) as f64;
        assert!((share - 0.003).abs() <= 0.0005, "{share} at {size}");
    }
    for size in SIZES {
        let scene = built("tiny-lesion", size);
        let on_it = mean_prob(&scene, 1, 1);
        assert!((0.2..0.4).contains(&on_it), "{on_it} at {size}");
        assert!(mean_prob(&scene, 1, 0) < 0.05);
        let false_alarm = probs_at(&scene, size * 66 / 100, size * 30 / 100)[1];
        assert!((0.2..0.6).contains(&false_alarm), "{false_alarm} at {size}");
    }
}

#[test]
fn the_vessel_is_thin_whole_and_found_in_pieces() {
    for size in SIZES {
        let scene = built("thin-vessel", size);
        let labels = scene.labels();
        let share = fraction(&scene, 1);
        assert!((0.02..0.07).contains(&share), "{share} at {size}");
        // Along any row, the runs of most places are as thin as said.
        let at = |y: usize, x: usize| labels[[0, y, x]] == 1;
        let inner = |y: usize, x: usize| (y - 1..=y + 1).all(|y| (x - 1..=x + 1).all(|x| at(y, x)));
        let interior = (1..size - 1).flat_map(|y| (1..size - 1).map(move |x| (y, x)));
        let thick = interior.filter(|&(y, x)| inner(y, x)).count() as f64 / (share * (size * size) as f64);
        assert!(thick < if size <= 128 { 0.05 } else { 0.35 }, "{thick} of it is thick at {size}");

        assert_eq!(pieces(size, at), 1, "the truth at {size}");
        let found = each_prob(&scene, 1);
        let predicted = pieces(size, |y, x| found[y * size + x] >= 0.5);
        assert!(predicted >= 4, "the prediction is in {predicted} pieces at {size}");
        assert!((0.3..0.75).contains(&iou(&scene, 1)), "IoU {} at {size}", iou(&scene, 1));
    }
}

/// The number of 8-connected pieces.
fn pieces(size: usize, inside: impl Fn(usize, usize) -> bool) -> usize {
    let mut left: Vec<bool> = (0..size * size).map(|i| inside(i / size, i % size)).collect();
    let mut pieces = 0;
    while let Some(start) = left.iter().position(|&left| left) {
        pieces += 1;
        let mut stack = vec![start];
        while let Some(i) = stack.pop() {
            let (y, x) = (i / size, i % size);
            for y in y.saturating_sub(1)..(y + 2).min(size) {
                for x in x.saturating_sub(1)..(x + 2).min(size) {
                    if std::mem::take(&mut left[y * size + x]) {
                        stack.push(y * size + x);
                    }
                }
            }
        }
    }
    pieces
}

#[test]
fn the_boundary_is_that_of_the_truth_shifted() {
    for size in [64, 128, 256] {
        let scene = built("shifted-boundary", size);
        let found = each_prob(&scene, 1);
        let centre = |weight: &dyn Fn(usize) -> f64| {
            let total: f64 = (0..size * size).map(weight).sum();
            let mean = |place: &dyn Fn(usize) -> usize| {
                (0..size * size).map(|i| weight(i) * place(i) as f64).sum::<f64>() / total * 128.0
                    / size as f64
            };
            (mean(&|i| i % size), mean(&|i| i / size), total)
        };
        let labels = scene.labels().as_slice().unwrap();
        let (truth_x, truth_y, truth_area) = centre(&|i| f64::from(labels[i]));
        let (found_x, found_y, found_area) = centre(&|i| f64::from(u8::from(found[i] >= 0.5)));
        assert!((found_x - truth_x - 6.4).abs() < 0.7, "{} across at {size}", found_x - truth_x);
        assert!((found_y - truth_y + 3.84).abs() < 0.7, "{} down at {size}", found_y - truth_y);
        assert!((found_area / truth_area - 1.0).abs() < 0.05);
    }
}

#[test]
fn the_empty_truth_is_empty_and_something_is_faintly_found() {
    for size in SIZES {
        let scene = built("empty-truth", size);
        assert!(scene.labels().iter().all(|&label| label == 0));
        let most = each_prob(&scene, 1).into_iter().fold(0.0, f64::max);
        assert!((0.25..0.6).contains(&most), "{most} at {size}");
    }
}

#[test]
fn the_rare_class_is_rare_and_half_found() {
    for size in SIZES {
        let scene = built("rare-class", size);
        let (organ, rare) = (fraction(&scene, 1), fraction(&scene, 2));
        assert!((0.008..0.012).contains(&rare), "{rare} at {size}");
        assert!((0.15..0.35).contains(&organ), "{organ} at {size}");
        let on_it = mean_prob(&scene, 2, 2);
        assert!((0.3..0.6).contains(&on_it), "{on_it} at {size}");
        assert!(iou(&scene, 1) > 0.7, "IoU {} at {size}", iou(&scene, 1));
    }
}
