//! Numbers from papers and from a worked example that anybody can repeat.

use lossfield::field::{Shape, Task, sigmoid};
use lossfield::library::{Arg, Args, configure};
use lossfield::loss::config::Setting;

use super::fields::Painted;
use super::variants::{Variant, loss};

/// One foreground pixel with this probability.
fn one_pixel(p_t: f64) -> Painted {
    Painted::row(1, &[(p_t / (1.0 - p_t)).ln() as f32], &[1])
}

#[test]
fn focal_discounts_easy_pixels_as_the_paper_says() {
    let cross_entropy = loss("cross_entropy", &[]);
    let focal = |gamma: f64| loss("focal", &[("gamma", gamma.into()), ("balanced", false.into())]);
    let ratio = |p_t| cross_entropy.value(&one_pixel(p_t)) / focal(2.0).value(&one_pixel(p_t));
    assert!((ratio(0.9) - 100.0).abs() < 1e-3, "Lin et al. 2017, section 3.2: 100 times lower at p_t = 0.9");
    assert!((ratio(0.968) - 976.6).abs() < 0.1, "and about 1000 times at 0.968");
    assert!(ratio(0.5) < 4.0 + 1e-6, "at most 4 times below ½");
    for (gamma, expected) in [(0.0, 0.5108), (0.5, 0.3231), (1.0, 0.2043), (2.0, 0.0817), (5.0, 0.0052)] {
        let value = focal(gamma).value(&one_pixel(0.6));
        assert!((value - expected).abs() < 5e-5, "γ = {gamma}: {value} is not {expected}");
    }
}

/// The share of the absolute gradient that falls on the foreground, where 64 × 64 pixels have p = ½.
fn share_on_foreground(loss: &Variant, foreground: usize) -> f64 {
    let shape = Shape { images: 1, channels: 1, height: 64, width: 64 };
    let labels: Vec<u8> = (0..shape.pixels()).map(|pixel| u8::from(pixel < foreground)).collect();
    let gradient =
        loss.evaluate(&Painted { shape, logits: vec![0.0; shape.pixels()], labels, shares: None }).1;
    let size = |gradient: &[f32]| gradient.iter().map(|g| f64::from(g.abs())).sum::<f64>();
    size(&gradient[..foreground]) / size(&gradient)
}

#[test]
fn at_even_odds_overlap_losses_give_half_of_the_gradient_to_the_foreground() {
    let by_pixel = [loss("cross_entropy", &[]), loss("focal", &[("balanced", false.into())])];
    let by_region = [loss("dice", &[]), loss("jaccard", &[])];
    for (foreground, share_by_pixel, share_by_region) in [
        (4, 0.0010, 0.5005),
        (16, 0.0039, 0.5020),
        (64, 0.0156, 0.5078),
        (256, 0.0625, 0.5313),
        (1024, 0.25, 0.6250),
    ] {
        for (losses, expected) in [(&by_pixel, share_by_pixel), (&by_region, share_by_region)] {
            for loss in losses {
                let share = share_on_foreground(loss, foreground);
                assert!((share - expected).abs() < 5.1e-5, "{loss}, {foreground} pixels: {share}");
            }
        }
    }
}

#[test]
fn the_dice_gradient_by_probability_takes_two_values() {
    let logits = [-3.0f32, 2.0, 0.5, -0.25, 4.0, -1.0];
    let labels = [1, 1, 0, 0, 1, 0];
    let gradient = loss("dice", &[]).evaluate(&Painted::row(1, &logits, &labels)).1;
    let prob = logits.map(|z| sigmoid(f64::from(z)));
    let overlap: f64 = prob.iter().zip(labels).map(|(p, label)| p * f64::from(label)).sum();
    let total = prob.iter().sum::<f64>() + 3.0;
    for ((by_logit, p), label) in gradient.iter().zip(prob).zip(labels) {
        let by_prob = f64::from(*by_logit) / (p * (1.0 - p));
        let expected = if label == 1 { -2.0 * (total - overlap) } else { 2.0 * overlap } / total.powi(2);
        assert!((by_prob - expected).abs() < 1e-6 * expected.abs(), "{by_prob} is not {expected}");
    }
}

/// A 4 × 4 example with three classes; binary, its first channel and class 1.
fn example(task: Task) -> Painted {
    let channels = if task == Task::Binary { 1 } else { 3 };
    let labels = [0, 0, 1, 1, 0, 2, 1, 1, 0, 0, 1, 2, 0, 0, 0, 0];
    Painted {
        shape: Shape { images: 1, channels, height: 4, width: 4 },
        logits: (0..channels)
            .flat_map(|c| (0..16).map(move |i| (2.0 * (1.7 * f64::from(i) + 2.3 * c as f64).sin()) as f32))
            .collect(),
        labels: labels.map(|label| if task == Task::Binary { u8::from(label == 1) } else { label }).to_vec(),
        shares: None,
    }
}

/// Logits are rounded to f32 here and were not where the numbers come from; three of them are f32 results.
const EXAMPLE_TOLERANCE: f64 = 5e-7;

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn the_worked_example_has_the_numbers_of_the_libraries() {
    let number = Arg::Number;
    let text = |text: &str| Arg::Text(text.into());
    let on = Arg::Flag(true);
    let numbers = |xs: &[f64]| Arg::List(xs.iter().copied().map(number).collect());
    let binary = || ("mode", text("binary"));
    let multiclass = || ("mode", text("multiclass"));
    let [sigmoid, softmax, one_hot] =
        ["sigmoid", "softmax", "to_onehot_y"].map(|name| move || (name, Arg::Flag(true)));
    let alpha = |x| ("alpha", number(x));
    let beta = |x| ("beta", number(x));
    let nnunet =
        || vec![("apply_nonlin", text("softmax")), ("smooth", number(1e-5)), ("do_bg", Arg::Flag(false))];
    let bce = "binary_cross_entropy_with_logits";
    for (task, library, name, args, expected) in [
        (Task::Binary, "torch", bce, vec![], 1.350_741_116),
        (Task::Binary, "torch", bce, vec![("pos_weight", number(3.0))], 2.369_387_502),
        (Task::Binary, "smp", "DiceLoss", vec![binary()], 0.837_838_508),
        (Task::Binary, "smp", "DiceLoss", vec![binary(), ("smooth", number(1.0))], 0.726_771_727),
        (Task::Binary, "smp", "DiceLoss", vec![binary(), ("log_loss", on.clone())], 1.819_162_575),
        (Task::Binary, "smp", "JaccardLoss", vec![binary()], 0.911_765_103),
        (Task::Binary, "smp", "FocalLoss", vec![binary()], 0.837_005_997),
        (Task::Binary, "smp", "FocalLoss", vec![binary(), ("alpha", number(0.25))], 0.459_601_583),
        (Task::Binary, "smp", "FocalLoss", vec![binary(), ("normalized", on.clone())], 0.102_013_602),
        (Task::Binary, "smp", "FocalLoss", vec![binary(), ("reduced_threshold", number(0.5))], 1.325_842_560),
        (Task::Binary, "torchvision", "sigmoid_focal_loss", vec![("reduction", text("mean"))], 0.459_601_583),
        (Task::Binary, "lovasz_softmax", "lovasz_hinge", vec![], 2.626_287_826),
        (
            Task::Binary,
            "lovasz_softmax",
            "lovasz_softmax",
            vec![("classes", numbers(&[1.0])), ("activation", text("sigmoid"))],
            0.826_389_2,
        ),
        (Task::Multiclass, "torch", "cross_entropy", vec![], 1.358_770_309),
        (Task::Multiclass, "torch", "cross_entropy", vec![("label_smoothing", number(0.1))], 1.413_213_841),
        (
            Task::Multiclass,
            "torch",
            "cross_entropy",
            vec![("weight", numbers(&[1.0, 2.0, 4.0]))],
            1.560_049_812,
        ),
        (Task::Binary, "smp", "TverskyLoss", vec![binary(), alpha(0.3), beta(0.7)], 0.820_943_487),
        (
            Task::Binary,
            "smp",
            "TverskyLoss",
            vec![binary(), alpha(0.3), beta(0.7), ("gamma", number(0.75))],
            0.862_452_025,
        ),
        (Task::Binary, "smp", "MCCLoss", vec![("activation", text("sigmoid"))], 1.395_402_716),
        (Task::Binary, "monai", "DiceLoss", vec![sigmoid()], 0.837_837_868),
        (Task::Binary, "monai", "DiceLoss", vec![sigmoid(), ("squared_pred", on.clone())], 0.794_498_045),
        (Task::Binary, "monai", "GeneralizedDiceLoss", vec![sigmoid()], 0.837_822_503),
        (Task::Binary, "monai", "TverskyLoss", vec![sigmoid(), alpha(0.3), beta(0.7)], 0.820_942_102),
        (Task::Binary, "monai", "MCCLoss", vec![sigmoid()], 1.395_403_855),
        (Task::Multiclass, "smp", "TverskyLoss", vec![multiclass(), alpha(0.3), beta(0.7)], 0.621_562_667),
        (Task::Multiclass, "monai", "GeneralizedDiceLoss", vec![softmax(), one_hot()], 0.785_667_148),
        (
            Task::Multiclass,
            "monai",
            "GeneralizedWassersteinDiceLoss",
            vec![(
                "dist_matrix",
                Arg::List(vec![
                    numbers(&[0.0, 1.0, 1.0]),
                    numbers(&[1.0, 0.0, 0.5]),
                    numbers(&[1.0, 0.5, 0.0]),
                ]),
            )],
            0.451_835_874,
        ),
        // One example, one name, and another number in nearly every library.
        (Task::Multiclass, "nnunet", "SoftDiceLoss", nnunet(), -0.281_544_629),
        (Task::Multiclass, "mmseg0", "DiceLoss", vec![], 0.478_209_573),
        (
            Task::Multiclass,
            "monai",
            "DiceLoss",
            vec![softmax(), one_hot(), ("squared_pred", on.clone())],
            0.547_829_882,
        ),
        (Task::Multiclass, "kornia", "dice_loss", vec![], 0.559_058_424),
        (Task::Multiclass, "smp", "DiceLoss", vec![multiclass()], 0.615_914_408),
        (Task::Multiclass, "monai", "DiceLoss", vec![softmax(), one_hot()], 0.615_913_706),
        (
            Task::Multiclass,
            "monai",
            "DiceLoss",
            vec![softmax(), one_hot(), ("include_background", Arg::Flag(false))],
            0.718_455_371,
        ),
        (Task::Multiclass, "smp", "JaccardLoss", vec![multiclass()], 0.743_963_914),
        (Task::Multiclass, "smp", "FocalLoss", vec![multiclass()], 0.374_818_696),
        (Task::Multiclass, "smp", "LovaszLoss", vec![multiclass()], 0.697_728_3),
    ] {
        let args: Args = args.into_iter().map(|(name, arg)| (name.into(), arg)).collect();
        let configured = configure(library, name, &args, task).unwrap();
        let (spec, settings) = configured.single().unwrap();
        let value = Variant::new(spec, settings.clone()).value(&example(task));
        assert!((value - expected).abs() < EXAMPLE_TOLERANCE, "{library}.{name}: {value} is not {expected}");
    }
}

#[test]
fn the_worked_example_has_the_numbers_of_what_no_library_here_computes() {
    let painted = example(Task::Multiclass);
    let per_logit: (&str, Setting) = ("mean_over", "logits".into());
    for (loss, expected) in [
        (loss("focal", &[("balanced", false.into()), per_logit.clone()]), 0.338_453_770),
        (loss("focal", &[per_logit]), 0.165_015_608),
        (loss("cross_entropy_lovasz_softmax", &[]), 2.056_498_8),
    ] {
        let value = loss.value(&painted);
        assert!((value - expected).abs() < EXAMPLE_TOLERANCE, "{loss}: {value} is not {expected}");
    }
}
