//! The views: parts of the screen, each with a document, the part of it that it shows, and its own cursors.
//!
//! The document and the selections of the focused view are those of the session. Another view keeps its selections, which move along with
//! the text, and gives them to the document when it gets the focus.

mod tree;

use std::collections::HashMap;

use ratatui::layout::Rect;
use witdock_editor_core::{Revision, Selections};
use witdock_editor_session::Session;
use witdock_editor_session::documents::{Buffer, DocumentId, Documents};

use self::tree::Tree;
pub(super) use self::tree::{Axis, Toward, ViewId};
use crate::config::Settings;
use crate::viewport::Viewport;

/// The smallest view that is split, in columns and lines: half of it still shows some text.
const SMALLEST: (u16, u16) = (20, 4);

/// All views, and the one that has the focus.
#[derive(Debug)]
pub(super) struct Views {
    tree: Tree,
    focused: ViewId,
    all: HashMap<ViewId, View>,
    next: ViewId,
}

/// One view.
#[derive(Debug, Default)]
struct View {
    document: DocumentId,
    /// What it shows of each document that it has shown.
    viewports: HashMap<DocumentId, Viewport>,
    /// Its selections, while another view has the focus.
    kept: Option<Kept>,
}

#[derive(Debug)]
struct Kept {
    document: DocumentId,
    revision: Revision,
    selections: Selections,
}

/// Where a view is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ViewArea {
    /// The lines, with their gutter.
    pub lines: Rect,
    /// The line with the name of its document, where there are several views.
    pub name: Option<Rect>,
    /// The columns of the gutter.
    pub gutter: u16,
}

/// A view as it is drawn.
#[derive(Debug)]
pub struct ShownView<'a> {
    /// Where it is.
    pub area: ViewArea,
    /// Its document.
    pub buffer: &'a Buffer,
    /// What it shows of it.
    pub viewport: &'a Viewport,
    /// Its selections.
    pub selections: &'a Selections,
    /// Whether keys are for it.
    pub is_focused: bool,
}

impl ViewArea {
    fn new(area: Rect, has_name: bool, buffer: &Buffer) -> Self {
        let has_name = has_name && area.height > 1;
        let lines = Rect { height: area.height - u16::from(has_name), ..area };
        let name = has_name.then(|| Rect { y: lines.bottom(), height: 1, ..area });
        let digits = buffer.document.text().line_count().to_string().len().max(3);
        // A sign, the number, and a space.
        let gutter = u16::try_from(digits + 2).unwrap_or(u16::MAX).min(area.width);
        Self { lines, name, gutter }
    }

    /// Where the text is.
    pub fn text(&self) -> Rect {
        Rect { x: self.lines.x + self.gutter, width: self.lines.width - self.gutter, ..self.lines }
    }

    /// The columns that show text.
    pub(super) fn columns(&self) -> usize {
        usize::from(self.text().width).max(1)
    }

    /// The lines that show text.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.lines.height).max(1)
    }
}

impl Views {
    /// One view.
    pub(super) fn new() -> Self {
        Self { tree: Tree::View(0), focused: 0, all: HashMap::from([(0, View::default())]), next: 1 }
    }

    pub(super) fn configure(&mut self, settings: &Settings, documents: &Documents) {
        for view in self.all.values_mut() {
            for (document, viewport) in &mut view.viewports {
                if let Some(buffer) = documents.find(*document) {
                    viewport.set_up(buffer, settings);
                }
            }
        }
    }

    /// Follows the documents: those that are open, the active one, and their texts.
    pub(super) fn follow(&mut self, documents: &Documents, settings: &Settings) {
        let Some(active) = documents.active() else { return };
        for (id, view) in &mut self.all {
            let is_open = documents.find(view.document).is_some();
            if *id == self.focused || !is_open {
                view.document = active.id;
            }
            view.viewports.retain(|document, _| documents.find(*document).is_some());
            let Some(buffer) = documents.find(view.document) else { continue };
            let viewport = view.viewports.entry(buffer.id).or_insert_with(|| Viewport::new(buffer, settings));
            viewport.follow_language(buffer, settings);
            let last = buffer.document.text().line_count().saturating_sub(1);
            viewport.scroll.line = viewport.scroll.line.min(last);
            view.kept.take_if(|kept| !kept.follow(buffer));
        }
    }

    /// Scrolls the focused view to its cursor if that has moved, and colours what is in sight.
    pub(super) fn show(&mut self, area: Rect, documents: &Documents, has_moved: bool) {
        for (id, area) in self.areas(area, documents) {
            let is_focused = id == self.focused;
            let Some(view) = self.all.get_mut(&id) else { continue };
            let Some(buffer) = documents.find(view.document) else { continue };
            let Some(viewport) = view.viewports.get_mut(&view.document) else { continue };
            if is_focused && has_moved {
                viewport.show_cursor(buffer, area.rows(), area.columns());
            }
            let first = viewport.scroll.line;
            viewport.reach(buffer, first, first + area.rows());
        }
    }

    fn areas(&self, area: Rect, documents: &Documents) -> Vec<(ViewId, ViewArea)> {
        let areas = self.tree.areas(area);
        let has_names = areas.len() > 1;
        let named = areas.into_iter().filter_map(|(id, area)| {
            let buffer = documents.find(self.all.get(&id)?.document)?;
            Some((id, ViewArea::new(area, has_names, buffer)))
        });
        named.collect()
    }

    /// Where the focused view is.
    pub(super) fn focused_area(&self, area: Rect, documents: &Documents) -> Option<ViewArea> {
        self.areas(area, documents).into_iter().find(|(id, _)| *id == self.focused).map(|(_, area)| area)
    }

    /// The views as they are drawn.
    pub(super) fn shown<'a>(&'a self, area: Rect, documents: &'a Documents) -> Vec<(ViewId, ShownView<'a>)> {
        let shown = self.areas(area, documents).into_iter().filter_map(|(id, area)| {
            let view = self.all.get(&id)?;
            let buffer = documents.find(view.document)?;
            let is_focused = id == self.focused;
            let kept = view.kept.as_ref().filter(|_| !is_focused).map(|kept| &kept.selections);
            let selections = kept.unwrap_or(buffer.document.selections());
            let viewport = view.viewports.get(&view.document)?;
            Some((id, ShownView { area, buffer, viewport, selections, is_focused }))
        });
        shown.collect()
    }

    /// What the focused view shows of its document.
    pub(super) fn viewport(&self) -> Option<&Viewport> {
        let view = self.all.get(&self.focused)?;
        view.viewports.get(&view.document)
    }

    pub(super) fn viewport_mut(&mut self) -> Option<&mut Viewport> {
        let view = self.all.get_mut(&self.focused)?;
        view.viewports.get_mut(&view.document)
    }

    /// Scrolls a view by rows.
    pub(super) fn scroll(&mut self, id: ViewId, rows: isize, columns: usize, documents: &Documents) {
        let Some(view) = self.all.get_mut(&id) else { return };
        if let (Some(buffer), Some(viewport)) =
            (documents.find(view.document), view.viewports.get_mut(&view.document))
        {
            viewport.scroll_by(buffer, rows, columns);
        }
    }

    /// The view that has the focus.
    pub(super) fn focused(&self) -> ViewId {
        self.focused
    }

    /// Shows the document in one more view, which gets the focus. Gives whether there is room for it.
    pub(super) fn split(
        &mut self,
        axis: Axis,
        area: Rect,
        session: &mut Session,
        settings: &Settings,
    ) -> bool {
        let own = self.tree.areas(area).into_iter().find(|(id, _)| *id == self.focused);
        let (columns, lines) = SMALLEST;
        let has_room = own.is_some_and(|(_, own)| match axis {
            Axis::Beside => own.width >= columns,
            Axis::Below => own.height >= lines,
        });
        let Some(buffer) = session.documents().active().filter(|_| has_room) else { return false };
        let mut viewport = Viewport::new(buffer, settings);
        if let Some(old) = self.viewport() {
            (viewport.scroll, viewport.wraps) = (old.scroll, old.wraps);
        }
        let view =
            View { document: buffer.id, viewports: HashMap::from([(buffer.id, viewport)]), kept: None };
        let new = self.next;
        self.next += 1;
        self.all.insert(new, view);
        self.tree.split(self.focused, axis, new);
        self.focus(new, session);
        true
    }

    /// Closes the focused view. Gives whether there is another one.
    pub(super) fn close(&mut self, session: &mut Session) -> bool {
        let views = self.tree.views();
        let Some(other) = self.beside(&views, false).filter(|other| *other != self.focused) else {
            return false;
        };
        let closed = self.focused;
        self.focus(other, session);
        self.tree.remove(closed);
        self.all.remove(&closed);
        true
    }

    /// The next view, or the one before; the views are a circle.
    fn beside(&self, views: &[ViewId], forward: bool) -> Option<ViewId> {
        let place = views.iter().position(|id| *id == self.focused)?;
        let step = if forward { 1 } else { views.len().saturating_sub(1) };
        views.get((place + step) % views.len()).copied()
    }

    /// The view after the focused one.
    pub(super) fn next(&self) -> Option<ViewId> {
        self.beside(&self.tree.views(), true)
    }

    /// The view next to the focused one.
    pub(super) fn neighbour(&self, toward: Toward, area: Rect) -> Option<ViewId> {
        self.tree.neighbour(self.focused, toward, area)
    }

    /// Gives a view the focus: its document becomes the active one, with the selections that it had there.
    pub(super) fn focus(&mut self, id: ViewId, session: &mut Session) {
        if id == self.focused || !self.all.contains_key(&id) {
            return;
        }
        if let (Some(buffer), Some(view)) = (session.documents().active(), self.all.get_mut(&self.focused)) {
            view.kept = Some(Kept {
                document: buffer.id,
                revision: buffer.document.revision(),
                selections: buffer.document.selections().clone(),
            });
        }
        self.focused = id;
        let Some(view) = self.all.get_mut(&id) else { return };
        session.activate(view.document);
        let kept = view.kept.take();
        if let Some(buffer) = session.documents().active()
            && let Some(mut kept) = kept
            && kept.follow(buffer)
        {
            session.select(|_| kept.selections);
        }
    }
}

impl Kept {
    /// Moves the selections along with the text. Gives whether they are still of use.
    fn follow(&mut self, buffer: &Buffer) -> bool {
        if self.document != buffer.id {
            return false;
        }
        let Some(since) = buffer.document.changes_since(self.revision) else { return false };
        if !since.is_empty() {
            self.selections = self.selections.map(&since);
            self.revision = buffer.document.revision();
        }
        true
    }
}
