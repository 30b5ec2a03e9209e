//! Names of an image's classes, and what each was in its file.

use serde::{Deserialize, Serialize};

use super::MAX_CHANNELS;

/// The longest name of a class, in letters.
const LONGEST_NAME: usize = 60;

/// The largest number that a legend holds, of either sign: what a double is exact up to.
const LARGEST_ID: i64 = 1 << 53;

/// Names of the classes of an image, and what stood for each in its file. Labels themselves are class ids from 0 on, and
/// 255 where a pixel is ignored, whatever numbers the file had.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Legend {
    /// Entries by class id, that of class 0 first. Classes past the end have none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<LegendEntry>,
    /// Number that ignored pixels had in the file, such as 255, 65535 or −1; none if it had no such pixels or they had no
    /// number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<i64>,
}

/// Entry of one class. Each part is there if it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct LegendEntry {
    /// Name for people, such as “road”.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Number that the class had in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<i64>,
    /// Colour that the class had in the file: red, green, blue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<[u8; 3]>,
}

impl Legend {
    /// True where nothing is known of any class.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Name of a class, if it has one.
    pub fn name(&self, class: usize) -> Option<&str> {
        self.classes.get(class)?.name.as_deref()
    }

    /// A class as a sentence calls it: by its name, or as “class 2” where it has none.
    pub fn called(&self, class: usize) -> String {
        self.name(class).map_or_else(|| format!("class {class}"), str::to_owned)
    }

    /// Number that ignored pixels have in the labels of the file, where these can be handed to a library as they are: every
    /// class has its own id there, or none that is known.
    pub fn ignore_index(&self) -> Option<i64> {
        let is_own = |(class, entry): (i64, &LegendEntry)| entry.id.is_none_or(|id| id == class);
        self.ignored.filter(|_| (0..).zip(&self.classes).all(is_own))
    }

    /// The legend without what none has: classes past the last that a scene may have, names that are blank or endless, and
    /// numbers that a double does not hold.
    #[must_use]
    pub fn settled(mut self) -> Self {
        let id = |id: &i64| (-LARGEST_ID..=LARGEST_ID).contains(id);
        self.classes.truncate(MAX_CHANNELS);
        for entry in &mut self.classes {
            let short = |name: String| name.trim().chars().take(LONGEST_NAME).collect::<String>();
            let name = entry.name.take().map(|name| short(name).trim_end().to_owned());
            entry.name = name.filter(|name| !name.is_empty());
            entry.id = entry.id.filter(id);
        }
        while self.classes.last().is_some_and(|entry| *entry == LegendEntry::default()) {
            self.classes.pop();
        }
        self.ignored = self.ignored.filter(id);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, id: i64) -> LegendEntry {
        LegendEntry { name: Some(name.into()), id: Some(id), colour: None }
    }

    #[test]
    fn the_ignored_number_is_that_of_the_file_where_its_ids_are_the_classes() {
        let road = Legend { classes: vec![entry("sky", 0), entry("road", 1)], ignored: Some(65535) };
        assert_eq!((road.ignore_index(), road.name(1), road.name(2)), (Some(65535), Some("road"), None));
        let unknown = Legend { classes: vec![LegendEntry::default()], ..road.clone() };
        assert_eq!(unknown.ignore_index(), Some(65535));
        let shifted = Legend { classes: vec![entry("sky", 1), entry("road", 2)], ignored: Some(0) };
        assert_eq!(shifted.ignore_index(), None, "its labels have to be made class ids first");
        assert_eq!(Legend { ignored: None, ..road }.ignore_index(), None);
    }

    #[test]
    fn what_no_legend_has_is_dropped() {
        let mut classes = vec![entry("  ", 0), entry(&"ä".repeat(99), i64::MAX)];
        classes.resize(50, LegendEntry::default());
        let settled = Legend { classes, ignored: Some(i64::MIN) }.settled();
        let expected = [
            LegendEntry { name: None, id: Some(0), colour: None },
            LegendEntry { name: Some("ä".repeat(60)), id: None, colour: None },
        ];
        assert_eq!(settled, Legend { classes: expected.into(), ignored: None });
        assert_eq!(settled.clone().settled(), settled);
    }
}
