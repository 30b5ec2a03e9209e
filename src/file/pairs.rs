//! Names of files as pairs of a truth and a prediction.
//!
//! Nothing is read: a pair is two names that are the same but for one word, which says the plane, in a folder's name or at
//! an end of the file's own name, and for the extension. Words are told apart by case and by anything that is no letter or
//! digit; what all names begin with, as the folder that was dropped, says nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::scene::Plane;

/// Words for a truth that are said of nothing else.
const TRUTH: [&str; 14] = [
    "gt",
    "truth",
    "groundtruth",
    "target",
    "targets",
    "annotation",
    "annotations",
    "label",
    "labels",
    "labelstr",
    "labelsts",
    "reference",
    "gtfine",
    "labelids",
];
/// Words for a mask of either plane: a truth where no other word says more.
const MASK: [&str; 6] = ["mask", "masks", "seg", "segmentation", "segmentations", "annot"];
/// Words for a prediction.
const PREDICTION: [&str; 16] = [
    "pred",
    "preds",
    "predicted",
    "prediction",
    "predictions",
    "output",
    "outputs",
    "out",
    "result",
    "results",
    "prob",
    "probs",
    "probabilities",
    "logits",
    "softmax",
    "inference",
];
/// Words that go with these and say nothing by themselves.
const BESIDE: [&str; 2] = ["ground", "leftimg8bit"];

/// Two files of one image, by their places in the list of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FilePair {
    /// Name of the image: the part that both names have.
    pub name: String,
    /// Place of the truth.
    pub truth: usize,
    /// Place of the prediction.
    pub prediction: usize,
}

/// File without a partner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct LeftOver {
    /// Its name.
    pub name: String,
    /// Sentence that says why it is in no pair.
    pub reason: String,
}

/// Pairs that names make, and the files that are in none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct FilePairs {
    /// Pairs by the name of their image.
    pub pairs: Vec<FilePair>,
    /// Files without a partner, in the order of the names.
    pub left_over: Vec<LeftOver>,
}

/// Name without the words that say its plane.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parsed {
    plane: Option<Plane>,
    /// Folders and own name, as they are written.
    folder: String,
    stem: String,
}

impl Parsed {
    /// Key of the image: case is no difference.
    fn key(&self) -> (String, String) {
        (self.folder.to_lowercase(), self.stem.to_lowercase())
    }

    fn name(&self) -> String {
        let parts = [self.folder.as_str(), self.stem.as_str()];
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/")
    }
}

/// Pairs of a truth and a prediction among names of files, with their folders before them (`masks/a.png`). Names that an
/// operating system writes for itself (`.DS_Store`, `__MACOSX/…`, `Thumbs.db`) are passed over.
///
/// Two names make a pair if they are the same but for the words that say the plane and the extension; where the folders
/// differ otherwise, if no other file has that name.
pub fn pairs(names: &[impl AsRef<str>]) -> FilePairs {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    let split = |name: &&str| -> Vec<String> {
        name.split(['/', '\\']).filter(|part| !part.is_empty()).map(ToOwned::to_owned).collect()
    };
    let kept: Vec<(usize, Vec<String>)> =
        names.iter().map(split).enumerate().filter(|(_, parts)| !is_of_system(parts)).collect();
    let common = common_folders(&kept);
    let parsed: BTreeMap<usize, Parsed> =
        kept.iter().map(|(at, parts)| (*at, parse(&parts[common..]))).collect();

    let mut left: BTreeMap<usize, String> = BTreeMap::new();
    let mut by_key: BTreeMap<(String, String), [Option<usize>; 2]> = BTreeMap::new();
    for (&at, file) in &parsed {
        let Some(plane) = file.plane else {
            left.insert(at, unmarked());
            continue;
        };
        let place = &mut by_key.entry(file.key()).or_default()[usize::from(plane == Plane::Prediction)];
        match *place {
            Some(first) => {
                left.insert(at, second(plane, names[first]));
            }
            None => *place = Some(at),
        }
    }
    let mut pairs = Vec::new();
    let mut alone: BTreeMap<String, [Vec<usize>; 2]> = BTreeMap::new();
    for ((folder, stem), found) in by_key {
        match found {
            [Some(truth), Some(prediction)] => pairs.push((truth, prediction)),
            // A file that is named by its folder alone has no partner in another one.
            [truth, prediction] => {
                let key = if stem.is_empty() { folder + "/" } else { stem };
                let all = alone.entry(key).or_default();
                all[0].extend(truth);
                all[1].extend(prediction);
            }
        }
    }
    for [truths, predictions] in alone.into_values() {
        match (&truths[..], &predictions[..]) {
            ([truth], [prediction]) => pairs.push((*truth, *prediction)),
            _ => {
                for (all, plane, others) in
                    [(&truths, Plane::Truth, &predictions), (&predictions, Plane::Prediction, &truths)]
                {
                    left.extend(all.iter().map(|&at| (at, without_partner(plane, others.len()))));
                }
            }
        }
    }
    let mut pairs: Vec<FilePair> = pairs
        .into_iter()
        .map(|(truth, prediction)| {
            let name = parsed.get(&truth).map(Parsed::name).unwrap_or_default();
            let name = if name.is_empty() { names[truth].to_owned() } else { name };
            FilePair { name, truth, prediction }
        })
        .collect();
    pairs.sort_by(|a, b| a.name.cmp(&b.name).then(a.truth.cmp(&b.truth)));
    let left_over =
        left.into_iter().map(|(at, reason)| LeftOver { name: names[at].to_owned(), reason }).collect();
    FilePairs { pairs, left_over }
}

fn is_of_system(parts: &[String]) -> bool {
    let of_system =
        |part: &String| part.starts_with('.') || part == "__MACOSX" || part.eq_ignore_ascii_case("thumbs.db");
    parts.is_empty() || parts.iter().any(of_system)
}

/// Number of folders with which all names begin.
fn common_folders(names: &[(usize, Vec<String>)]) -> usize {
    let Some((_, first)) = names.first() else { return 0 };
    let shared = |other: &[String]| {
        let folders = first.len().min(other.len()).saturating_sub(1);
        (0..folders).take_while(|&at| first[at] == other[at]).count()
    };
    names.iter().map(|(_, parts)| shared(parts)).min().unwrap_or(0)
}

fn parse(parts: &[String]) -> Parsed {
    let Some((file, folders)) = parts.split_last() else {
        return Parsed { plane: None, folder: String::new(), stem: String::new() };
    };
    let stem = match file.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => file,
    };
    let folder_words: Vec<Vec<&str>> = folders.iter().map(|folder| words(folder)).collect();
    let stem_words = words(stem);
    let (from, to) = unmarked_words(&stem_words);
    let ends = stem_words[..from].iter().chain(&stem_words[to..]);
    // The name itself says more than its folder, and the inner folder more than the outer.
    let said: Vec<&str> = ends.copied().chain(folder_words.iter().rev().flatten().copied()).collect();
    let plane = said
        .iter()
        .find_map(|word| strong(word))
        .or_else(|| said.iter().any(|word| is(word, &MASK)).then_some(Plane::Truth));
    let own: Vec<&str> = folders
        .iter()
        .zip(&folder_words)
        .filter(|(_, words)| !words.iter().any(|word| is_mark(word)))
        .map(|(folder, _)| folder.as_str())
        .collect();
    Parsed { plane, folder: own.join("/"), stem: between(stem, &stem_words[from..to]).to_owned() }
}

/// Words of a name: runs of letters and digits.
fn words(name: &str) -> Vec<&str> {
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Range of the words between those at either end that say the plane.
fn unmarked_words(words: &[&str]) -> (usize, usize) {
    let from = words.iter().take_while(|word| is_mark(word)).count();
    let behind = words[from..].iter().rev().take_while(|word| is_mark(word)).count();
    (from, words.len() - behind)
}

/// The part of a name from the first of these words, which are slices of it, to the last.
fn between<'n>(name: &'n str, words: &[&'n str]) -> &'n str {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return "" };
    let at = |word: &str| word.as_ptr() as usize - name.as_ptr() as usize;
    &name[at(first)..at(last) + last.len()]
}

fn is(word: &str, list: &[&str]) -> bool {
    list.iter().any(|other| word.eq_ignore_ascii_case(other))
}

fn strong(word: &str) -> Option<Plane> {
    match word {
        _ if is(word, &TRUTH) => Some(Plane::Truth),
        _ if is(word, &PREDICTION) => Some(Plane::Prediction),
        _ => None,
    }
}

fn is_mark(word: &str) -> bool {
    strong(word).is_some() || is(word, &MASK) || is(word, &BESIDE)
}

fn unmarked() -> String {
    "Its name says neither truth nor prediction: put it into a folder such as masks or predictions, or end its name in _gt \
     or _pred."
        .to_owned()
}

fn second(plane: Plane, first: &str) -> String {
    let plane = plane_name(plane);
    format!("{first} is the {plane} of this image already: an image has one.")
}

fn without_partner(plane: Plane, others: usize) -> String {
    let other = match plane {
        Plane::Truth => plane_name(Plane::Prediction),
        Plane::Prediction => plane_name(Plane::Truth),
    };
    if others == 0 {
        format!("No {other} has this name.")
    } else {
        format!("Several files in other folders could be its {other}: give both the same folders.")
    }
}

fn plane_name(plane: Plane) -> &'static str {
    match plane {
        Plane::Truth => "truth",
        Plane::Prediction => "prediction",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> Vec<(String, String, String)> {
        let name = |at: usize| names[at].to_owned();
        let found = pairs(names).pairs;
        found.into_iter().map(|pair| (pair.name, name(pair.truth), name(pair.prediction))).collect()
    }

    #[track_caller]
    fn one(truth: &str, prediction: &str, name: &str) {
        let expected = vec![(name.to_owned(), truth.to_owned(), prediction.to_owned())];
        assert_eq!(found(&[truth, prediction]), expected);
        assert_eq!(found(&[prediction, truth]), expected, "in either order");
        assert_eq!(pairs(&[truth, prediction]).left_over, []);
    }

    #[test]
    fn folders_and_ends_of_names_say_the_plane() {
        one("set/masks/a.png", "set/predictions/a.npy", "a");
        one("gt/train/a.png", "results/train/a.png", "train/a");
        one("train/labels/a.png", "test/preds/a.png", "train/a");
        one("labels/train/a.png", "preds/train/a.png", "train/a");
        one("a_gt.png", "a_pred.png", "a");
        one("gt_a.png", "pred-a.png", "a");
        one("img_001_mask.png", "img_001_pred_mask.png", "img_001");
        one("A_GT.PNG", "a_Pred.tif", "A");
        one("ground_truth/x.y.png", "output/x.y.npz", "x.y");
        one("case1/truth.png", "case1/pred.npy", "case1/truth.png");
        one("1/truth.png", "1/pred.npy", "1/truth.png");
        one("b_000294_gtFine_labelIds.png", "results/b_000294_leftImg8bit.png", "b_000294");
        one("predictions/masks/a.png", "predictions/model/a_pred.png", "a");
    }

    #[test]
    fn the_folder_that_was_dropped_says_nothing() {
        one("results/run/a_gt.png", "results/run/a_pred.png", "a");
        one("results/masks/a.png", "results/pred/a.png", "a");
        one("masks/gt/a.png", "masks/pred/a.png", "a");
    }

    #[test]
    fn other_folders_are_no_obstacle_while_a_name_is_alone() {
        one("masks/a.png", "model/run1/pred/a.png", "a");
        assert_eq!(pairs(&["case1/gt.png", "case2/pred.png"]).pairs, [], "two images");
        let found = pairs(&["masks/a.png", "run1/pred/a.png", "run2/pred/a.png"]);
        assert_eq!(found.pairs, []);
        let reasons: Vec<&str> = found.left_over.iter().map(|left| left.reason.as_str()).collect();
        assert_eq!(
            reasons[0],
            "Several files in other folders could be its prediction: give both the same folders."
        );
        assert_eq!(found.left_over.len(), 3);
    }

    #[test]
    fn what_has_no_partner_is_told_by_name() {
        let found = pairs(&[
            "d/masks/a.png",
            "d/masks/b.png",
            "d/pred/a.png",
            "d/pred/a.npy",
            "d/pred/c.png",
            "d/images/a.jpg",
            "d/.DS_Store",
            "__MACOSX/d/masks/a.png",
            "d/pred/Thumbs.db",
        ]);
        assert_eq!(found.pairs, [FilePair { name: "a".into(), truth: 0, prediction: 2 }]);
        let left: Vec<(&str, &str)> =
            found.left_over.iter().map(|left| (left.name.as_str(), left.reason.as_str())).collect();
        assert_eq!(left[0], ("d/masks/b.png", "No prediction has this name."));
        assert_eq!(left[1].0, "d/pred/a.npy");
        assert!(
            left[1].1.starts_with("d/pred/a.png is the prediction of this image already"),
            "{}",
            left[1].1
        );
        assert_eq!(left[2], ("d/pred/c.png", "No truth has this name."));
        assert!(left[3].0 == "d/images/a.jpg" && left[3].1.starts_with("Its name says neither"));
        assert_eq!(left.len(), 4);
        assert_eq!(pairs(&[""; 0]), FilePairs::default());
    }

    #[test]
    fn images_are_in_the_order_of_their_names() {
        let names = ["pred/b.png", "pred/a.png", "gt/a.png", "gt/b.png"];
        assert_eq!(
            pairs(&names).pairs,
            [
                FilePair { name: "a".into(), truth: 2, prediction: 1 },
                FilePair { name: "b".into(), truth: 3, prediction: 0 }
            ]
        );
    }

    #[test]
    fn letters_of_any_script_are_kept() {
        one("masks/größe_1.png", "pred/größe_1.png", "größe_1");
        one("肺_gt.png", "肺_pred.png", "肺");
    }
}
