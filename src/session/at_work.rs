//! The panel that is being worked out: readable after a trap, which unwinds nothing and says nothing of where it was.

use std::cell::Cell;

use super::edit::PanelView;

thread_local! {
    static AT_WORK: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// Id of the panel whose report was begun and not finished, on this thread. Nothing between two reports; after a trap or
/// a panic the panel that caused it.
pub fn panel_at_work() -> Option<&'static str> {
    AT_WORK.get()
}

/// Does the work of a panel. What fails under it leaves the panel's id behind: there is no guard that would drop.
pub(super) fn during<T>(panel: Option<&PanelView>, work: impl FnOnce() -> T) -> T {
    AT_WORK.set(panel.map(PanelView::id));
    let result = work();
    AT_WORK.set(None);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_that_fails_is_known_afterwards_and_one_that_is_done_is_not() {
        let batch = PanelView::Batch { loss: "dice".into() };
        assert_eq!(during(Some(&batch), panel_at_work), Some("batch"));
        assert_eq!(panel_at_work(), None);
        let failed =
            std::panic::catch_unwind(|| during(Some(&PanelView::Metrics), || panic!("a fault in a panel")));
        assert!(failed.is_err());
        assert_eq!(panel_at_work(), Some("metrics"));
        during(None, || ());
        assert_eq!(panel_at_work(), None);
    }
}
