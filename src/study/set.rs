//! Statistics of a set of images: how losses and metrics order them, and where they disagree.
//!
//! All of it is about columns: a number for each image, none where it is undefined for that image, as a surface distance
//! to an empty mask is. Two columns are compared on the images that have both.

/// Ranks of numbers from the least up, counted from 1; equal numbers share the mean of their places.
pub fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut before = 0;
    for tied in order.chunk_by(|&a, &b| values[a].total_cmp(&values[b]).is_eq()) {
        let mean = before as f64 + 0.5 * (tied.len() + 1) as f64;
        for &at in tied {
            ranks[at] = mean;
        }
        before += tied.len();
    }
    ranks
}

/// Spearman's rank correlation of two columns of equal length, from −1 to 1: Pearson's correlation of their ranks, ties
/// averaged. None with fewer than two images that have both numbers, and where one of them is the same for all.
pub fn rank_correlation(a: &[Option<f64>], b: &[Option<f64>]) -> Option<f64> {
    let (_, [a, b]) = paired(a, b);
    let (a, b) = (ranks(&a), ranks(&b));
    // The mean of n ranks is (n + 1)/2, with and without ties.
    let mean = 0.5 * (a.len() + 1) as f64;
    let sum =
        |of: &dyn Fn(f64, f64) -> f64| -> f64 { a.iter().zip(&b).map(|(a, b)| of(a - mean, b - mean)).sum() };
    let spread = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    (spread > 0.0).then(|| (sum(&|a, b| a * b) / spread).clamp(-1.0, 1.0))
}

/// Images that have a number in both columns, with both.
fn paired(a: &[Option<f64>], b: &[Option<f64>]) -> (Vec<usize>, [Vec<f64>; 2]) {
    let mut images = Vec::new();
    let mut both = [Vec::new(), Vec::new()];
    for (image, (a, b)) in a.iter().zip(b).enumerate() {
        // A number that is none has no rank.
        if let (Some(a), Some(b)) = (a.filter(|a| !a.is_nan()), b.filter(|b| !b.is_nan())) {
            images.push(image);
            both[0].push(a);
            both[1].push(b);
        }
    }
    (images, both)
}

/// Sense of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Better {
    /// A larger number is better, as of IoU.
    Larger,
    /// A smaller number is better, as of a distance.
    Smaller,
}

/// Image on which a loss and a metric disagree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ImageDisagreement {
    /// Index of the image in the set.
    pub image: usize,
    /// Rank of the image by the loss, from the best, 1; ties averaged.
    pub by_loss: f64,
    /// Rank of the image by the metric, from the best, 1; ties averaged.
    pub by_metric: f64,
}

/// Images on which a loss and a metric disagree most about their place in the set: at most `most` of them, by decreasing
/// difference of the two ranks, of equal ones the earlier image first. Images without a difference are none of them.
pub fn disagreements(
    loss: &[Option<f64>],
    metric: &[Option<f64>],
    better: Better,
    most: usize,
) -> Vec<ImageDisagreement> {
    let (images, [loss, mut metric]) = paired(loss, metric);
    if better == Better::Larger {
        for x in &mut metric {
            *x = -*x;
        }
    }
    let both = ranks(&loss).into_iter().zip(ranks(&metric));
    let mut all: Vec<ImageDisagreement> = images
        .into_iter()
        .zip(both)
        .map(|(image, (by_loss, by_metric))| ImageDisagreement { image, by_loss, by_metric })
        .filter(|found| found.gap() > 0.0)
        .collect();
    all.sort_by(|a, b| b.gap().total_cmp(&a.gap()).then(a.image.cmp(&b.image)));
    all.truncate(most);
    all
}

impl ImageDisagreement {
    /// Difference of the two ranks, in places.
    pub fn gap(&self) -> f64 {
        (self.by_loss - self.by_metric).abs()
    }
}

/// Counts of numbers in even bins.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Lower end of the first bin.
    pub from: f64,
    /// Upper end of the last bin.
    pub to: f64,
    /// Number of images in each bin; an upper end belongs to the bin above, that of the last to the last.
    pub counts: Vec<usize>,
    /// Number of images without a finite number.
    pub missing: usize,
}

/// Histogram of a column in `bins` even bins (at least 1) from its least number to its largest. Where all numbers are
/// the same the bins go from ½ below to ½ above, as in `numpy.histogram`. None if no image has a finite number.
pub fn histogram(column: &[Option<f64>], bins: usize) -> Option<Histogram> {
    let values: Vec<f64> = column.iter().flatten().copied().filter(|x| x.is_finite()).collect();
    let least = values.iter().copied().reduce(f64::min)?;
    let largest = values.iter().copied().reduce(f64::max)?;
    let (from, to) = if least < largest { (least, largest) } else { (least - 0.5, least + 0.5) };
    let mut counts = vec![0; bins.max(1)];
    let last = counts.len() - 1;
    let end = |bin: usize| from + (to - from) * (bin as f64 / (last + 1) as f64);
    for &x in &values {
        let mut bin = (((x - from) / (to - from) * (last + 1) as f64) as usize).min(last);
        // Rounding may be one off either way.
        if bin < last && x >= end(bin + 1) {
            bin += 1;
        } else if x < end(bin) {
            bin -= 1;
        }
        counts[bin] += 1;
    }
    Some(Histogram { from, to, counts, missing: column.len() - values.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[f64]) -> Vec<Option<f64>> {
        values.iter().copied().map(Some).collect()
    }

    const LOSS: [f64; 10] = [0.31, 0.12, 0.55, 0.12, 0.90, 0.44, 0.31, 0.07, 0.31, 0.62];
    const IOU: [f64; 10] = [0.60, 0.81, 0.60, 0.77, 0.10, 0.52, 0.60, 0.95, 0.20, 0.33];

    /// Reference value: `scipy.stats.rankdata`, scipy 1.17.1.
    #[test]
    fn ties_share_the_mean_of_their_places() {
        assert_eq!(ranks(&LOSS), [5.0, 2.5, 8.0, 2.5, 10.0, 7.0, 5.0, 1.0, 5.0, 9.0]);
        assert_eq!(ranks(&[]), Vec::<f64>::new());
    }

    /// Reference values: `scipy.stats.spearmanr`, scipy 1.17.1.
    #[test]
    fn rank_correlations_are_those_of_scipy() {
        let found = rank_correlation(&column(&LOSS), &column(&IOU)).unwrap();
        assert!((found + 0.834_895_017_017_704_9).abs() < 1e-12, "{found}");
        // Images without either number are left out.
        let (mut loss, mut iou) = (column(&LOSS), column(&IOU));
        loss[4] = None;
        iou[1] = Some(f64::NAN);
        let found = rank_correlation(&loss, &iou).unwrap();
        assert!((found + 0.675).abs() < 1e-12, "{found}");
        assert_eq!(rank_correlation(&column(&[1.0, 1.0]), &column(&[1.0, 2.0])), None);
        assert_eq!(rank_correlation(&column(&[1.0]), &column(&[2.0])), None);
        let one = rank_correlation(&column(&LOSS), &column(&LOSS.map(f64::exp))).unwrap();
        assert!((one - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_images_in_dispute_come_first() {
        let found = disagreements(&column(&LOSS), &column(&IOU), Better::Larger, 3);
        // By loss the ninth image ties for place 5; by IoU it is the ninth of ten.
        assert_eq!(found[0], ImageDisagreement { image: 8, by_loss: 5.0, by_metric: 9.0 });
        assert_eq!(found.iter().map(|found| found.image).collect::<Vec<_>>(), [8, 2, 9]);
        let distances = IOU.map(|iou| 10.0 * (1.0 - iou));
        assert_eq!(disagreements(&column(&LOSS), &column(&distances), Better::Smaller, 3), found);
        assert!(disagreements(&column(&LOSS), &column(&LOSS), Better::Smaller, 3).is_empty());
    }

    /// Reference values: `numpy.histogram`, numpy 2.4.6.
    #[test]
    fn bins_are_those_of_numpy() {
        let found = histogram(&column(&LOSS), 5).unwrap();
        assert_eq!(found.counts, [3, 3, 2, 1, 1]);
        assert!((found.from - 0.07).abs() < 1e-15 && (found.to - 0.9).abs() < 1e-15);
        let ends = histogram(&column(&[0.0, 0.25, 0.5, 0.75, 1.0]), 4).unwrap();
        assert_eq!(ends.counts, [1, 1, 1, 2]);
        let same = histogram(&[Some(2.0), Some(2.0), None, Some(f64::INFINITY)], 4).unwrap();
        assert_eq!((same.from, same.to, same.missing), (1.5, 2.5, 2));
        assert_eq!(same.counts, [0, 0, 2, 0]);
        assert_eq!(histogram(&[None], 4), None);
    }
}
