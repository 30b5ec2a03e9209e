//! Commands as changes of the document.

use serde_json::Value;

use super::command::{Addition, Command, PairBytes};
use super::losses::{state_from, state_of};
use super::opening::{Beside, Current, Keep};
use super::preset_view::PresetView;
use super::set::{self, Unopened};
use super::update::Notice;
use super::{Session, opening, text};
use crate::document::read::Notes;
use crate::document::{
    Base, CARDS, Document, DocumentEdit, Image, MOST_IMAGES, MergeKey, PresetFrom, Step, carrier,
};
use crate::field::{IGNORE, Shape};
use crate::file::FileChoice;
use crate::lenient;
use crate::panel;
use crate::scene::{self, Changes, ImageEdit, Ink, Labelling, Plane, Point, Preset, Scene, WIDEST};

impl Session {
    /// Carries out one command. Refuses one that asks for what there is not, which changes nothing.
    pub(super) fn carry_out(&mut self, command: Command, notices: &mut Vec<Notice>) -> Result<(), String> {
        if ends_stroke(&command) {
            self.end_stroke()?;
        }
        match command {
            Command::BeginStroke { plane, erase } => {
                let tools = self.document().tools;
                let ink = self.ink(plane, erase)?;
                let work = self.active_work()?;
                let changed =
                    work.playhead.begin_stroke(ink, tools.brush()).map_err(|e| text::sentence(&e))?;
                self.touched(changed)
            }
            Command::ExtendStroke { points } => {
                let (points, _) = points.as_chunks();
                let points: Vec<Point> =
                    points.iter().map(|&[x, y]| Point { x: f64::from(x), y: f64::from(y) }).collect();
                let changed = self.active_work()?.playhead.extend_stroke(&points);
                self.touched(changed)
            }
            Command::CancelStroke => {
                let changed = self.active_work()?.playhead.cancel_stroke();
                self.touched(changed)
            }
            Command::EndStroke => Ok(()),
            Command::Fill { plane, erase, x, y } => {
                let ink = self.ink(plane, erase)?;
                self.paint(ImageEdit::Fill { ink, x, y }, None)
            }
            Command::Clear { plane } => self.paint(ImageEdit::Clear { plane }, None),
            Command::SetProbability { x, y, class, prob } => {
                let image = self.document().active_image().id;
                let moving = MergeKey::Pixel { image, at: (x, y), class };
                self.paint(ImageEdit::Pixel { x, y, class, prob }, Some(moving))
            }
            Command::Adjust { adjustment } => {
                let moving = MergeKey::Adjustment(self.document().active_image().id);
                self.paint(ImageEdit::Adjust(adjustment.clamped()), Some(moving))
            }
            Command::Undo => {
                self.history.undo();
                Ok(())
            }
            Command::Redo => {
                self.history.redo();
                Ok(())
            }
            Command::Settle => {
                self.history.settle();
                Ok(())
            }
            Command::OpenPreset { id, side, stay } => self.open_preset(&id, side, stay),
            Command::OpenBatch { id, side } => self.open_batch(&id, side),
            Command::Open { plane, name, bytes, choice } => {
                self.open_file(plane, (&name, &bytes), choice.as_ref(), notices)
            }
            Command::OpenPair { pair, remembered } => self.open_pair(&pair, &remembered),
            Command::OpenPicture { name, bytes } => self.open_picture((&name, &bytes), notices),
            Command::OpenWeights { name, bytes } => self.open_weights((&name, &bytes)),
            Command::OpenLink { fragment } => self.open_link(&fragment, notices),
            Command::SetChannels { channels } => self.convert(channels, notices),
            Command::SoftenTruth { radius } => {
                let step = vec![DocumentEdit::SoftEdges(radius.min(WIDEST))];
                self.history.make(step, Some(MergeKey::SoftEdges))
            }
            Command::WeighPixels { weighting } => self
                .history
                .make(vec![DocumentEdit::PixelWeighting(weighting)], Some(MergeKey::PixelWeighting)),
            Command::AddImage { what } => self.add_image(what),
            Command::SelectImage { image } => self.select_image(image),
            Command::RemoveImage { image } => self.history.make(vec![DocumentEdit::Remove { image }], None),
            Command::SetLoss { id, settings } => {
                let state = state_of(&id, settings)?;
                let moving = Some(MergeKey::Loss(id.clone()));
                self.history.make(vec![DocumentEdit::Loss { id, state }], moving)
            }
            Command::SetLossFrom { id, library, function } => {
                self.set_loss_from(id, PresetFrom { library, function })
            }
            Command::SetCards { cards } => self.set_cards(cards),
            Command::SetView { view } => {
                self.history.look(|document| document.view = view);
                Ok(())
            }
            Command::SetTools { tools } => {
                self.history.look(|document| document.tools = tools);
                Ok(())
            }
            Command::SetPanel { panel } => {
                if panel != CARDS {
                    panel::find(&panel)?;
                }
                self.history.look(|document| document.panel = panel);
                Ok(())
            }
            Command::SetPanelState { id, state } => self.set_panel_state(id, state),
            Command::Look { look } => {
                self.look = look;
                Ok(())
            }
        }
    }

    fn active_work(&mut self) -> Result<&mut super::work::Work, String> {
        let document = self.history.document();
        let (image, number) = (document.active, document.images.len());
        let id = document.active_image().id;
        self.works.get_mut(id).ok_or_else(|| text::no_image(image, number))
    }

    fn set_loss_from(&mut self, id: String, from: PresetFrom) -> Result<(), String> {
        let Document { soft_edges, weighting, .. } = *self.document();
        let facts = self.active_work()?.facts(soft_edges > 0, weighting);
        let state = state_from(&id, from, facts)?;
        self.history.make(vec![DocumentEdit::Loss { id, state }], None)
    }

    fn select_image(&mut self, image: usize) -> Result<(), String> {
        let images = self.document().images.len();
        if image >= images {
            return Err(text::no_image(image, images));
        }
        self.history.look(|document| document.active = image);
        Ok(())
    }

    fn set_cards(&mut self, cards: Vec<String>) -> Result<(), String> {
        if let Some(unknown) = cards.iter().find(|id| crate::loss::find(id).is_none()) {
            return Err(text::unknown_card(unknown));
        }
        self.history.make(vec![DocumentEdit::Cards(cards)], None)
    }

    /// Keeps of a panel's state what is not as at first.
    fn set_panel_state(&mut self, id: String, mut state: Value) -> Result<(), String> {
        let panel = panel::find(&id)?;
        panel.check(&state)?;
        lenient::take_away_fields(&mut state, &panel.default_state());
        let is_as_at_first = state.as_object().is_none_or(serde_json::Map::is_empty);
        self.history.look(|document| {
            if is_as_at_first {
                document.panels.remove(&id);
            } else {
                document.panels.insert(id, state);
            }
        });
        Ok(())
    }

    /// Invalidates what a stroke that is being made has changed.
    fn touched(&mut self, changed: Option<scene::Change>) -> Result<(), String> {
        let mut changes = Changes::default();
        changes.add(changed);
        let work = self.active_work()?;
        work.invalidate(changes);
        let id = work.id;
        self.together.note(id, changes);
        Ok(())
    }

    /// Paint for a plane of the active image: erasing a prediction is painting its background.
    fn ink(&mut self, plane: Plane, erase: bool) -> Result<Ink, String> {
        let labelling = self.active_work()?.scene().labelling();
        Ok(self.document().tools.ink(plane, erase, labelling))
    }

    /// Ends the stroke that is being made, if one is: it becomes a step, unless it changed nothing.
    fn end_stroke(&mut self) -> Result<(), String> {
        let work = self.active_work()?;
        if !work.playhead.is_stroking() {
            return Ok(());
        }
        let (changed, edit) = work.playhead.end_stroke();
        self.touched(changed)?;
        edit.map_or(Ok(()), |edit| self.paint(edit, None))
    }

    /// Makes an edit of the active image a step. One that changes nothing is none; one that goes on with the control of
    /// the last step takes its place.
    fn paint(&mut self, edit: ImageEdit, moving: Option<MergeKey>) -> Result<(), String> {
        let image = self.document().active;
        let now = self.document().images[image].edits.clone();
        let before = self.history.before(moving.as_ref()).images[image].edits.clone();
        let work = self.active_work()?;
        let mut changes = work.playhead.seek(&before);
        let made = match work.playhead.make(edit) {
            Ok(made) => {
                changes.add(made.as_ref().map(|(_, change)| *change));
                Ok(made.map_or(before, |(edits, _)| edits))
            }
            Err(refusal) => {
                changes.join(work.playhead.seek(&now));
                Err(text::sentence(&refusal))
            }
        };
        work.invalidate(changes);
        let id = work.id;
        self.together.note(id, changes);
        self.history.paint(image, made?, moving)
    }

    fn open_preset(&mut self, id: &str, side: Option<usize>, stay: bool) -> Result<(), String> {
        let preset = scene::preset(id).ok_or_else(|| {
            let known: Vec<&str> = scene::PRESETS.iter().map(|preset| preset.id).collect();
            text::unknown_scene(id, &known)
        })?;
        let document = self.document();
        let with = Image::new(
            Base::Preset { id: preset.id.to_owned(), side: side.unwrap_or(Preset::DEFAULT_SIZE) }.settled(),
        );
        let mut step = vec![DocumentEdit::Replace { image: document.active, with }];
        step.extend(PresetView::of(preset.id).step(document, stay));
        self.history.make(step, None)
    }

    fn open_batch(&mut self, id: &str, side: Option<usize>) -> Result<(), String> {
        let side = side.unwrap_or(Preset::DEFAULT_SIZE).clamp(Preset::SMALLEST, Preset::LARGEST);
        let batch = scene::batch(id).ok_or_else(|| {
            let known: Vec<&str> = scene::BATCHES.iter().map(|batch| batch.id).collect();
            text::unknown_batch(id, &known)
        })?;
        let images = 0..batch.build(side).len();
        let image = |place| Image::new(Base::Batch { id: batch.id.to_owned(), place, side });
        let mut step = vec![DocumentEdit::ReplaceAll { with: images.map(image).collect() }];
        step.extend(PresetView::default().step(self.document(), true));
        self.history.make(step, None)
    }

    fn open_file(
        &mut self,
        plane: Plane,
        (name, bytes): (&str, &[u8]),
        choice: Option<&FileChoice>,
        notices: &mut Vec<Notice>,
    ) -> Result<(), String> {
        if carrier::holds_document(bytes) {
            let mut notes = Notes::default();
            let opened = carrier::open_file(name, bytes, &mut self.rasters, &mut notes)?;
            self.fresh.extend(opened.brought);
            self.open_document(opened.document, text::opened(name), notes, notices)?;
            return Ok(());
        }
        let document = self.history.document();
        let image = document.active;
        let active = document.active_image();
        let work = self.works.get(active.id).ok_or_else(|| text::no_image(image, image + 1))?;
        let beside = Beside::Scene(Current::of(active, work));
        let (file, opened) = opening::read(plane, beside, (name, bytes), choice, notices)?;
        let mut keep = Keep { rasters: &mut self.rasters, fresh: &mut self.fresh };
        let with = opening::image(file, opened, (active, work), &mut keep, notices)?;
        self.history.make(vec![DocumentEdit::Replace { image, with }], None)
    }

    fn open_pair(&mut self, pair: &PairBytes, remembered: &[(String, FileChoice)]) -> Result<(), String> {
        let (scene, opened) = set::pair(pair, remembered).map_err(Unopened::sentence)?;
        let mut keep = Keep { rasters: &mut self.rasters, fresh: &mut self.fresh };
        let with = Image::new(keep.base(&pair.name, true, &scene, opened));
        let image = self.document().active;
        self.history.make(vec![DocumentEdit::Replace { image, with }], None)
    }

    fn open_link(&mut self, fragment: &str, notices: &mut Vec<Notice>) -> Result<(), String> {
        let mut notes = Notes::default();
        let (document, panel) = carrier::open_link(fragment, &mut notes);
        if let Some(document) = document {
            return self.open_document(document, text::opened_link(), notes, notices);
        }
        notices.extend(notes.texts().into_iter().map(Notice::refusal));
        if let Some(panel) = panel {
            self.history.look(|document| document.panel = panel);
        }
        Ok(())
    }

    fn open_document(
        &mut self,
        document: Document,
        said: String,
        mut notes: Notes,
        notices: &mut Vec<Notice>,
    ) -> Result<(), String> {
        let document = self.with_images_at_hand(document, &mut notes);
        self.history.make(vec![DocumentEdit::Open(Box::new(document))], None)?;
        notices.push(Notice::remark(said));
        notices.extend(notes.texts().into_iter().map(Notice::remark));
        Ok(())
    }

    /// Switches every image to a number of channels, and says which classes no truth has.
    fn convert(&mut self, channels: usize, notices: &mut Vec<Notice>) -> Result<(), String> {
        let works = self.works.of(self.history.document());
        let mut step = Step::new();
        let mut present = [false; 256];
        for (image, work) in works.iter().enumerate() {
            let converted = work.scene().convert(channels).map_err(|refusal| text::sentence(&refusal))?;
            let form = |scene: &Scene| (scene.shape(), scene.labelling());
            if form(&converted) != form(work.scene()) {
                step.extend(DocumentEdit::paint(image, ImageEdit::Convert { channels }));
            }
            converted.labels().iter().for_each(|&label| present[usize::from(label)] = true);
        }
        if step.is_empty() {
            return Ok(());
        }
        self.history.make(step, None)?;
        let absent: Vec<usize> =
            (1..channels.min(usize::from(IGNORE))).filter(|&class| !present[class]).collect();
        if channels > 1 && !absent.is_empty() {
            notices.push(Notice::remark(text::absent_classes(&absent)));
        }
        Ok(())
    }

    fn add_image(&mut self, what: Addition) -> Result<(), String> {
        let document = self.document();
        if document.images.len() >= MOST_IMAGES {
            return Err(text::full_strip(MOST_IMAGES));
        }
        let image = document.active;
        let step = match what {
            Addition::Copy => DocumentEdit::Copy { image },
            Addition::Empty => {
                let scene = self.active_work()?.scene();
                let regions = scene.labelling() == Labelling::Regions;
                let Shape { width, height, channels, .. } = scene.shape();
                DocumentEdit::Add { image: Image::new(Base::Blank { width, height, channels, regions }) }
            }
        };
        self.history.make(vec![step], None)
    }
}

/// True of commands before which a stroke that is being made ends: all that change or leave the scene.
fn ends_stroke(command: &Command) -> bool {
    !matches!(
        command,
        Command::ExtendStroke { .. }
            | Command::CancelStroke
            | Command::Look { .. }
            | Command::SetView { .. }
            | Command::SetTools { .. }
            | Command::SetPanel { .. }
            | Command::SetPanelState { .. }
            | Command::Settle
    )
}
