//! Colours and ids of well-known data sets, by name.
//!
//! Every table is facts of its data set: a colour or an id, and what it stands for.

mod ade20k;
mod camvid;
mod cityscapes;
mod voc;

use super::source::Colour;
use crate::field::IGNORE;

/// Data set whose colours or ids are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Voc,
    Cityscapes,
    CamVid,
    CamVid32,
    Ade20k,
}

/// Meaning of a colour or an id: a class of the data set, or void where there is no class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) class: Option<u8>,
    pub(super) name: &'static str,
}

const VOID: Meaning = Meaning { class: None, name: "void" };

impl Known {
    const ALL: [Self; 5] = [Self::Voc, Self::Cityscapes, Self::CamVid, Self::CamVid32, Self::Ade20k];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Voc => "Pascal VOC",
            Self::Cityscapes => "Cityscapes",
            Self::CamVid => "CamVid (11 classes)",
            Self::CamVid32 => "CamVid (32 classes)",
            Self::Ade20k => "ADE20K",
        }
    }

    /// Meaning of a colour of 8 bits; none if the data set does not have it.
    pub(super) fn of_colour(self, colour: Colour) -> Option<Meaning> {
        let [r, g, b] = colour.map(|channel| u8::try_from(channel).ok());
        let colour = [r?, g?, b?];
        let found = |at: usize, name| Some(Meaning { class: u8::try_from(at).ok(), name });
        match self {
            Self::Voc if colour == voc::colour(IGNORE) => Some(VOID),
            Self::CamVid | Self::CamVid32 | Self::Ade20k if colour == [0; 3] => Some(VOID),
            Self::Voc => {
                let at = (0..).zip(voc::NAMES).find(|&(id, _)| voc::colour(id) == colour);
                at.and_then(|(id, name)| found(id.into(), name))
            }
            Self::Cityscapes => {
                let label = cityscapes::LABELS.iter().find(|label| label.colour == colour)?;
                Some(Meaning { class: label.train_id, name: label.name })
            }
            Self::CamVid => {
                let colour = if colour == camvid::PAVEMENT { camvid::ELEVEN[4].1 } else { colour };
                let at = camvid::ELEVEN.iter().position(|(_, of)| *of == colour)?;
                found(at, camvid::ELEVEN[at].0)
            }
            Self::CamVid32 => {
                let at = camvid::CLASSES.iter().position(|(_, of)| *of == colour)?;
                found(at, camvid::CLASSES[at].0)
            }
            Self::Ade20k => {
                let at = ade20k::CLASSES.iter().position(|(_, of)| *of == colour)?;
                found(at, ade20k::CLASSES[at].0)
            }
        }
    }

    /// Data sets that have every one of these colours. None of colours that anyone may choose, each channel of which
    /// is empty or full.
    pub(super) fn covering(colours: &[Colour]) -> Vec<Self> {
        let chosen = |colour: &Colour| colour.iter().all(|&channel| channel == 0 || channel == 255);
        if colours.iter().all(chosen) {
            return Vec::new();
        }
        let has_all = |known: &Self| colours.iter().all(|&colour| known.of_colour(colour).is_some());
        let mut known: Vec<Self> = Self::ALL.into_iter().filter(has_all).collect();
        if known.contains(&Self::CamVid) {
            // The 32 classes have the colours of the 11, which are what is trained on.
            known.retain(|&known| known != Self::CamVid32);
        }
        known
    }

    /// Every colour of every data set.
    pub(super) fn colours() -> impl Iterator<Item = Colour> {
        let wide = |[r, g, b]: [u8; 3]| [r.into(), g.into(), b.into()];
        let voc = (0..voc::NAMES.len() as u8).chain([IGNORE]).map(voc::colour);
        let cityscapes = cityscapes::LABELS.iter().map(|label| label.colour);
        let camvid = camvid::ELEVEN.iter().chain(&camvid::CLASSES).map(|(_, colour)| *colour);
        let ade20k = ade20k::CLASSES.iter().map(|(_, colour)| *colour);
        voc.chain(cityscapes).chain(camvid).chain(ade20k).map(wide)
    }

    /// True if a palette gives every used index the colour that Pascal VOC's colour map gives it.
    pub(super) fn is_voc_map(used: &[(u8, [u8; 3])]) -> bool {
        let coloured = used.iter().any(|&(_, [r, g, b])| r != g || g != b);
        coloured && used.iter().all(|&(id, colour)| voc::colour(id) == colour)
    }
}

/// Ids of a data set that the name of a file speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedIds {
    /// `…_labelIds`: 0 to 33.
    CityscapesLabels,
    /// `…_trainIds`: 0 to 18.
    CityscapesTrain,
    /// `ADE_…`: 1 to 150, and 0 for what has no class.
    Ade20k,
}

impl NamedIds {
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        if lower.contains("labelid") {
            Some(Self::CityscapesLabels)
        } else if lower.contains("trainid") {
            Some(Self::CityscapesTrain)
        } else if name.starts_with("ADE_") {
            Some(Self::Ade20k)
        } else {
            None
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::CityscapesLabels => "Cityscapes label ids",
            Self::CityscapesTrain => "Cityscapes train ids",
            Self::Ade20k => "ADE20K ids",
        }
    }

    /// Number of ids.
    pub(super) const fn count(self) -> usize {
        match self {
            Self::CityscapesLabels => cityscapes::LABELS.len(),
            Self::CityscapesTrain => 19,
            Self::Ade20k => ade20k::CLASSES.len() + 1,
        }
    }

    /// Meaning of an id, whose class is the id itself; none if there is no such id.
    pub(super) fn meaning(self, id: u8) -> Option<Meaning> {
        match self {
            Self::CityscapesLabels => {
                let label = cityscapes::LABELS.get(usize::from(id))?;
                Some(Meaning { class: label.train_id.map(|_| id), name: label.name })
            }
            Self::CityscapesTrain => {
                let label = cityscapes::LABELS.iter().find(|label| label.train_id == Some(id))?;
                Some(Meaning { class: Some(id), name: label.name })
            }
            Self::Ade20k if id == 0 => Some(VOID),
            Self::Ade20k => {
                let (name, _) = ade20k::CLASSES.get(usize::from(id) - 1)?;
                Some(Meaning { class: Some(id), name })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_voc_colour_map_is_dealt_out_bit_by_bit() {
        let first: Vec<[u8; 3]> = (0..5).map(voc::colour).collect();
        assert_eq!(first, [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128]]);
        assert_eq!((voc::colour(15), voc::colour(20)), ([192, 128, 128], [0, 64, 128]));
        assert_eq!(voc::colour(255), [224, 224, 192]);
    }

    #[test]
    fn each_data_set_knows_its_own_colours() {
        let of = |known: Known, colour| known.of_colour(colour).map(|meaning| (meaning.class, meaning.name));
        assert_eq!(of(Known::Voc, [192, 128, 128]), Some((Some(15), "person")));
        assert_eq!(of(Known::Voc, [224, 224, 192]), Some((None, "void")));
        assert_eq!(of(Known::Cityscapes, [220, 20, 60]), Some((Some(11), "person")));
        assert_eq!(of(Known::Cityscapes, [153, 153, 153]), Some((Some(5), "pole")));
        assert_eq!(of(Known::Cityscapes, [111, 74, 0]), Some((None, "dynamic")));
        assert_eq!(of(Known::CamVid, [0, 0, 192]), of(Known::CamVid, [60, 40, 222]));
        assert_eq!(of(Known::CamVid32, [64, 192, 0]), Some((Some(31), "Wall")));
        assert_eq!(of(Known::Ade20k, [120, 120, 120]), Some((Some(0), "wall")));
        assert_eq!(of(Known::Ade20k, [92, 0, 255]), Some((Some(149), "flag")));
        assert_eq!(of(Known::Ade20k, [256, 0, 0]), None);
    }

    #[test]
    fn a_picture_is_named_by_all_its_colours() {
        assert_eq!(Known::covering(&[[0; 3], [128, 0, 0], [0, 128, 0]]), [Known::Voc]);
        assert_eq!(Known::covering(&[[128, 64, 128], [128, 0, 0], [0, 0, 0]]), [Known::CamVid]);
        assert_eq!(Known::covering(&[[128, 64, 128], [244, 35, 232]]), [Known::Cityscapes]);
        assert_eq!(Known::covering(&[[64, 128, 64], [0, 128, 64]]), [Known::CamVid32]);
        assert_eq!(Known::covering(&[[180, 120, 120], [4, 200, 3]]), [Known::Ade20k]);
        assert_eq!(Known::covering(&[[0; 3], [128, 0, 0], [128; 3]]), [Known::Voc, Known::CamVid]);
        assert_eq!(Known::covering(&[[0; 3], [255, 0, 0], [0, 0, 255]]), []);
    }

    #[test]
    fn ids_are_named_by_the_file() {
        let labels = NamedIds::of_name("aachen_gtFine_labelIds.png");
        assert_eq!(labels, Some(NamedIds::CityscapesLabels));
        let meaning = |ids: NamedIds, id| ids.meaning(id).map(|meaning| (meaning.class, meaning.name));
        assert_eq!(meaning(NamedIds::CityscapesLabels, 26), Some((Some(26), "car")));
        assert_eq!(meaning(NamedIds::CityscapesLabels, 1), Some((None, "ego vehicle")));
        assert_eq!(meaning(NamedIds::CityscapesTrain, 13), Some((Some(13), "car")));
        assert_eq!(meaning(NamedIds::CityscapesTrain, 19), None);
        assert_eq!(NamedIds::of_name("ADE_train_00000001.png"), Some(NamedIds::Ade20k));
        assert_eq!(meaning(NamedIds::Ade20k, 1), Some((Some(1), "wall")));
        assert_eq!(
            (meaning(NamedIds::Ade20k, 0), meaning(NamedIds::Ade20k, 151)),
            (Some((None, "void")), None)
        );
    }
}
