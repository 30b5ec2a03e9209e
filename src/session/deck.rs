//! The cards: every loss with the settings it has on its card, and the library it is set after.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::frame::{AsInReadout, Notice, VersionEntry};
use super::sentence;
use crate::field::Field;
use crate::library::{self, Facts, Version, versions_of};
use crate::loss::config::{Config, ConfigError, Settings};
use crate::loss::{LOSSES, Loss, Spec};
use crate::panel::SetLoss;

/// A loss with the settings it has on its card.
#[derive(Debug)]
pub(super) struct Card {
    pub(super) spec: &'static Spec,
    pub(super) loss: Rc<dyn Loss>,
    pub(super) settings: Settings,
    /// The library's version that the settings are those of, until one of them is moved.
    as_in: Option<Version>,
}

impl Card {
    fn new(spec: &'static Spec, settings: Settings, as_in: Option<Version>) -> Result<Self, ConfigError> {
        let loss = (spec.build)(&Config::new(spec, &settings)?).into();
        Ok(Self { spec, loss, settings, as_in })
    }

    /// The loss as panels see it.
    pub(super) fn set(&self) -> SetLoss<'_> {
        SetLoss { spec: self.spec, settings: &self.settings, loss: &*self.loss }
    }

    /// What its card says of the library it is set after.
    pub(super) fn as_in(&self, field: &Field<'_>) -> Option<AsInReadout> {
        let version = self.as_in.as_ref()?;
        let (library, function) = (version.library.id, version.function);
        Some(AsInReadout {
            library: library.into(),
            function: function.into(),
            call: version.call(),
            notes: library::notes::notes(library, function, &version.args, field),
        })
    }
}

/// All cards, shown or not, in the order of the catalogue.
#[derive(Debug)]
pub(super) struct Deck {
    cards: Vec<Card>,
    /// What the libraries' versions were asked for; nothing before the first frame.
    facts: Option<Facts>,
    /// Settings were changed by something else than their controls.
    moved: bool,
}

impl Default for Deck {
    fn default() -> Self {
        let cards = LOSSES.iter().filter_map(|spec| Card::new(spec, Settings::new(), None).ok());
        Self { cards: cards.collect(), facts: None, moved: false }
    }
}

impl Deck {
    fn card(&mut self, id: &str) -> Result<&mut Card, String> {
        self.cards
            .iter_mut()
            .find(|card| card.spec.id == id)
            .ok_or_else(|| format!("There is no loss {id:?}."))
    }

    /// The card of a loss.
    pub(super) fn find(&self, id: &str) -> Option<&Card> {
        self.cards.iter().find(|card| card.spec.id == id)
    }

    /// All losses as panels see them.
    pub(super) fn sets(&self) -> Vec<SetLoss<'_>> {
        self.cards.iter().map(Card::set).collect()
    }

    /// Settings of all losses.
    pub(super) fn settings(&self) -> BTreeMap<String, Settings> {
        self.cards.iter().map(|card| (card.spec.id.to_owned(), card.settings.clone())).collect()
    }

    /// The cards with these ids, in the order of the catalogue.
    pub(super) fn shown(&self, ids: &[String]) -> Vec<&Card> {
        self.cards.iter().filter(|card| ids.iter().any(|id| id == card.spec.id)).collect()
    }

    /// Sets parameters; those not named get their defaults.
    pub(super) fn set(&mut self, id: &str, settings: &Settings) -> Result<(), String> {
        let card = self.card(id)?;
        *card = Card::new(card.spec, settings.clone(), None).map_err(sentence)?;
        Ok(())
    }

    /// The same, by something else than the page's own controls, which are then told.
    pub(super) fn stage(&mut self, id: &str, settings: &Settings) -> Result<(), String> {
        self.moved = true;
        self.set(id, settings)
    }

    /// Sets a card as a library's version of its loss is.
    pub(super) fn set_as_in(
        &mut self,
        id: &str,
        library: &str,
        function: &str,
        facts: Facts,
    ) -> Result<(), String> {
        let card = self.card(id)?;
        let (version, settings) = usable(card.spec, facts)
            .into_iter()
            .find(|(version, _)| version.library.id == library && version.function == function)
            .ok_or_else(|| {
                format!(
                    "{library} has no {function:?} for {} in this scene.",
                    card.spec.name.of(facts.task())
                )
            })?;
        *card = Card::new(card.spec, settings, Some(version)).map_err(sentence)?;
        self.moved = true;
        Ok(())
    }

    /// Follows the scene: what a library's call says can depend on its classes and images. A card whose library has no
    /// version for it keeps its settings, and that is told. Gives the versions of each loss, if they are others now.
    pub(super) fn follow(
        &mut self,
        facts: Facts,
        notices: &mut Vec<Notice>,
    ) -> Option<BTreeMap<String, Vec<VersionEntry>>> {
        if self.facts == Some(facts) {
            return None;
        }
        self.facts = Some(facts);
        let after: Vec<_> = self
            .cards
            .iter()
            .filter_map(|card| {
                card.as_in.as_ref().map(|version| (card.spec.id, version.library.id, version.function))
            })
            .collect();
        for (id, library, function) in after {
            if let Err(sentence) = self.set_as_in(id, library, function, facts) {
                if let Ok(card) = self.card(id) {
                    card.as_in = None;
                }
                notices.push(Notice {
                    refusal: false,
                    text: format!("{sentence} The card keeps its settings."),
                });
            }
        }
        let entries = |spec: &'static Spec| {
            let versions = usable(spec, facts).into_iter().map(|(version, _)| VersionEntry::new(&version));
            (spec.id.to_owned(), versions.collect())
        };
        Some(LOSSES.iter().map(|spec| entries(spec)).collect())
    }

    /// The settings of all cards, if the page's controls cannot know them.
    pub(super) fn moved(&mut self) -> Option<BTreeMap<String, Settings>> {
        std::mem::take(&mut self.moved).then(|| self.settings())
    }
}

/// The versions that a card has all controls for, with its settings then.
fn usable(spec: &'static Spec, facts: Facts) -> Vec<(Version, Settings)> {
    let versions = versions_of(spec.id, facts).into_iter();
    versions
        .filter_map(|version| version.settings(spec.id, facts).map(|settings| (version, settings)))
        .collect()
}
