//! Every loss as the document sets it, built and ready to be evaluated.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::tasks::Tasks;
use super::text;
use super::update::{Notice, PresetFromReadout, VersionEntry};
use crate::document::{LossState, Losses, PresetFrom};
use crate::library::{self, Facts, Version, versions_of};
use crate::loss::config::{Config, Settings};
use crate::loss::{LOSSES, Loss, Spec};
use crate::panel::SetLoss;

/// A loss with the settings of its card.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) spec: &'static Spec,
    pub(super) loss: Rc<dyn Loss>,
    /// Settings in use: a library's, where the document has them from one.
    pub(super) settings: Settings,
    /// State in the document that they follow.
    state: LossState,
    /// The library's version that the settings are those of.
    version: Option<Version>,
}

impl Card {
    /// A loss as the document sets it. What does not fit it is at its defaults.
    fn new(spec: &'static Spec, state: LossState, version: Option<(Version, Settings)>) -> Option<Self> {
        let (version, settings) = version.unzip();
        let settings = settings.unwrap_or_else(|| state.settings.clone());
        let built =
            |settings: &Settings| Config::new(spec, settings).ok().map(|config| (spec.build)(&config).into());
        if let Some(loss) = built(&settings) {
            return Some(Self { spec, loss, settings, state, version });
        }
        let loss = built(&Settings::new())?;
        Some(Self { spec, loss, settings: Settings::new(), state, version: None })
    }

    /// The loss as panels see it.
    pub(super) fn set(&self) -> SetLoss<'_> {
        SetLoss { spec: self.spec, settings: &self.settings, loss: &*self.loss }
    }

    /// The library that the card is set after.
    pub(super) fn preset_from(&self, tasks: &Tasks<'_>) -> Option<PresetFromReadout> {
        let version = self.version.as_ref()?;
        let (library, function) = (version.library.id, version.function);
        // What is so of several regions is said once.
        let mut notes: Vec<String> = Vec::new();
        for field in &tasks.fields {
            for note in library::notes::notes(library, function, &version.args, field) {
                if !notes.contains(&note) {
                    notes.push(note);
                }
            }
        }
        Some(PresetFromReadout {
            library: library.into(),
            function: function.into(),
            call: version.call(),
            notes,
        })
    }
}

/// All losses, shown or not, in the order of the catalogue.
#[derive(Debug)]
pub(super) struct LossSettings {
    cards: Vec<Card>,
    /// Facts that the libraries' versions were asked for; none before the first frame.
    facts: Option<Facts>,
    /// Number of times that any setting changed.
    pub(super) version: u64,
}

impl Default for LossSettings {
    fn default() -> Self {
        let cards = LOSSES.iter().filter_map(|spec| Card::new(spec, LossState::default(), None));
        Self { cards: cards.collect(), facts: None, version: 0 }
    }
}

impl LossSettings {
    /// All of them as panels see them.
    pub(super) fn sets(&self) -> Vec<SetLoss<'_>> {
        self.cards.iter().map(Card::set).collect()
    }

    /// Settings of all of them, by id.
    pub(super) fn settings(&self) -> BTreeMap<String, Settings> {
        self.cards.iter().map(|card| (card.spec.id.to_owned(), card.settings.clone())).collect()
    }

    /// One loss.
    pub(super) fn find(&self, id: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.spec.id == id)
    }

    /// The losses with these ids, in the order of the catalogue.
    pub(super) fn shown(&self, ids: &[String]) -> Vec<&Card> {
        self.cards.iter().filter(|card| ids.iter().any(|id| id == card.spec.id)).collect()
    }

    /// Follows the document, and the scene: a library's call can depend on its classes and images. Where a library has no
    /// version for the scene, the loss is as the document has it, and that is told. Gives the versions of each loss, if
    /// they are others now.
    pub(super) fn follow(
        &mut self,
        losses: &Losses,
        facts: Facts,
        notices: &mut Vec<Notice>,
    ) -> Option<BTreeMap<String, Vec<VersionEntry>>> {
        let facts_changed = self.facts != Some(facts);
        for card in &mut self.cards {
            let state = losses.get(card.spec.id).cloned().unwrap_or_default();
            if state == card.state && !(facts_changed && state.preset_from.is_some()) {
                continue;
            }
            let version = state.preset_from.as_ref().map(|from| version_from(card.spec, from, facts));
            let version = match version.transpose() {
                Ok(version) => version,
                Err(sentence) => {
                    notices.push(Notice::remark(text::keeps_settings(&sentence)));
                    None
                }
            };
            if let Some(new) = Card::new(card.spec, state, version) {
                *card = new;
                self.version += 1;
            }
        }
        if !facts_changed {
            return None;
        }
        self.facts = Some(facts);
        let entries = |spec: &'static Spec| {
            let versions = usable(spec, facts).into_iter().map(|(version, _)| VersionEntry::new(&version));
            (spec.id.to_owned(), versions.collect())
        };
        Some(LOSSES.iter().map(|spec| entries(spec)).collect())
    }
}

/// State of a loss as a library's version of it is. Refuses a loss that there is not, and a version that no scene with
/// these facts has.
pub(super) fn state_from(id: &str, from: PresetFrom, facts: Facts) -> Result<LossState, String> {
    let spec = crate::loss::find(id).ok_or_else(|| text::no_loss(id))?;
    let (_, settings) = version_from(spec, &from, facts)?;
    Ok(LossState { settings, preset_from: Some(from) })
}

/// State of a loss with these settings. Refuses a loss that there is not, and settings that it has not.
pub(super) fn state_of(id: &str, settings: Settings) -> Result<LossState, String> {
    let spec = crate::loss::find(id).ok_or_else(|| text::no_loss(id))?;
    Config::new(spec, &settings).map_err(|refusal| text::sentence(&refusal))?;
    Ok(LossState { settings, preset_from: None })
}

fn version_from(spec: &'static Spec, from: &PresetFrom, facts: Facts) -> Result<(Version, Settings), String> {
    usable(spec, facts)
        .into_iter()
        .find(|(version, _)| version.library.id == from.library && version.function == from.function)
        .ok_or_else(|| text::no_version(&from.library, &from.function, spec.name.of(facts.task())))
}

/// The versions that a card has all controls for, with its settings then.
fn usable(spec: &'static Spec, facts: Facts) -> Vec<(Version, Settings)> {
    let versions = versions_of(spec.id, facts).into_iter();
    versions
        .filter_map(|version| version.settings(spec.id, facts).map(|settings| (version, settings)))
        .collect()
}
