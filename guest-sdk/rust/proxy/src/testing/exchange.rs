//! An exchange in memory.

use super::fields;
use crate::bindings::witdock::proxy::types;
use crate::properties::Property;
use crate::{Callbacks, EditError, Header, Part, RespondError, Side};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// An exchange, with the functions that the bindings' has.
#[derive(Clone, Debug)]
pub(crate) struct Exchange(pub(super) Rc<RefCell<Inner>>);

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) began: Duration,
    /// In the order of [`Part`].
    pub(super) parts: [PartOf; 4],
    /// In the order of [`Side`].
    pub(super) bodies: [BodyOf; 2],
    pub(super) ignored: Callbacks,
    pub(super) asked: Asked,
    pub(super) properties: Vec<(Vec<String>, Vec<u8>)>,
    pub(super) details: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct PartOf {
    pub(super) headers: Option<Vec<Header>>,
    pub(super) place: Place,
}

#[derive(Clone, Debug, Default)]
pub(super) struct BodyOf {
    pub(super) held: Vec<u8>,
    pub(super) place: Place,
    pub(super) is_edited: bool,
}

/// Where a part of a message is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    #[default]
    Absent,
    Here,
    Gone,
}

/// What a callback has asked for, which is done after it.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub(super) respond: Option<types::Response>,
    pub(super) resume: [bool; 2],
    pub(super) abort: bool,
}

pub(super) fn part_index(part: Part) -> usize {
    match part {
        Part::RequestHeaders => 0,
        Part::RequestTrailers => 1,
        Part::ResponseHeaders => 2,
        Part::ResponseTrailers => 3,
    }
}

pub(super) fn side_index(side: Side) -> usize {
    match side {
        Side::Request => 0,
        Side::Response => 1,
    }
}

pub(super) fn head_of(side: Side) -> Part {
    match side {
        Side::Request => Part::RequestHeaders,
        Side::Response => Part::ResponseHeaders,
    }
}

pub(super) fn trailers_of(side: Side) -> Part {
    match side {
        Side::Request => Part::RequestTrailers,
        Side::Response => Part::ResponseTrailers,
    }
}

#[allow(clippy::indexing_slicing, reason = "the indices are those of an enum's values")]
impl Inner {
    pub(super) fn part(&mut self, part: Part) -> &mut PartOf {
        &mut self.parts[part_index(part)]
    }

    pub(super) fn body(&mut self, side: Side) -> &mut BodyOf {
        &mut self.bodies[side_index(side)]
    }
}

impl Exchange {
    pub(super) fn new(began: Duration) -> Self {
        Self(Rc::new(RefCell::new(Inner {
            began,
            parts: Default::default(),
            bodies: Default::default(),
            ignored: Callbacks::empty(),
            asked: Asked::default(),
            properties: Vec::new(),
            details: None,
        })))
    }

    pub(crate) fn began(&self) -> Duration {
        self.0.borrow().began
    }

    pub(crate) fn headers(&self, part: Part) -> Option<Vec<Header>> {
        self.0.borrow_mut().part(part).headers.clone()
    }

    pub(crate) fn header(&self, part: Part, name: &str) -> Option<Vec<u8>> {
        self.header_values(part, name).into_iter().next()
    }

    pub(crate) fn header_values(&self, part: Part, name: &str) -> Vec<Vec<u8>> {
        let is_named = |header: &Header| header.name.eq_ignore_ascii_case(name);
        let headers = self.headers(part).unwrap_or_default();
        headers.into_iter().filter(is_named).map(|header| header.value).collect()
    }

    fn edit(
        &self,
        part: Part,
        edit: impl FnOnce(&mut Vec<Header>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let mut inner = self.0.borrow_mut();
        let PartOf { headers, place } = inner.part(part);
        match (place, headers) {
            (Place::Here, Some(headers)) => edit(headers),
            (Place::Gone, _) => Err(EditError::Gone),
            _ => Err(EditError::Absent),
        }
    }

    pub(crate) fn set_header(&self, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
        self.edit(part, |headers| fields::set(headers, part, name, value))
    }

    pub(crate) fn add_header(&self, part: Part, name: &str, value: &[u8]) -> Result<(), EditError> {
        self.edit(part, |headers| fields::add(headers, part, name, value))
    }

    pub(crate) fn remove_header(&self, part: Part, name: &str) -> Result<(), EditError> {
        self.edit(part, |headers| fields::remove(headers, part, name))
    }

    pub(crate) fn set_headers(&self, part: Part, headers: &[Header]) -> Result<(), EditError> {
        let side = match part {
            Part::RequestTrailers => Some(Side::Request),
            Part::ResponseTrailers => Some(Side::Response),
            Part::RequestHeaders | Part::ResponseHeaders => None,
        };
        // A message without trailers is given some, while its body is here.
        if let Some(side) = side {
            let mut inner = self.0.borrow_mut();
            if inner.part(part).place == Place::Absent && inner.body(side).place == Place::Here {
                let mut trailers = Vec::new();
                fields::replace(&mut trailers, part, headers)?;
                *inner.part(part) = PartOf { headers: Some(trailers), place: Place::Here };
                return Ok(());
            }
        }
        self.edit(part, |own| fields::replace(own, part, headers))
    }

    pub(crate) fn body_size(&self, side: Side) -> u64 {
        self.0.borrow_mut().body(side).held.len() as u64
    }

    pub(crate) fn body(&self, side: Side, start: u64, length: u64) -> Vec<u8> {
        let mut inner = self.0.borrow_mut();
        let held = &inner.body(side).held;
        held.get(cut(held.len(), start, length)).unwrap_or_default().to_vec()
    }

    pub(crate) fn edit_body(
        &self,
        side: Side,
        start: u64,
        length: u64,
        data: &[u8],
    ) -> Result<(), EditError> {
        let mut inner = self.0.borrow_mut();
        let head = inner.part(head_of(side));
        let has_length = |headers: &Vec<Header>| headers.iter().any(|header| header.name == "content-length");
        let is_framed = head.place == Place::Gone && head.headers.as_ref().is_some_and(has_length);
        let body = inner.body(side);
        match body.place {
            Place::Absent => return Err(EditError::Absent),
            Place::Gone => return Err(EditError::Gone),
            Place::Here => {}
        }
        let range = cut(body.held.len(), start, length);
        if range.len() != data.len() {
            if is_framed {
                let text = "the headers have gone with a `content-length`: remove it when the headers come, or keep the size";
                return Err(EditError::Invalid(text.to_owned()));
            }
            body.is_edited = true;
        }
        body.held.splice(range, data.iter().copied());
        Ok(())
    }

    pub(crate) fn respond(&self, response: &types::Response) -> Result<(), RespondError> {
        let mut inner = self.0.borrow_mut();
        if !(200..600).contains(&response.status) {
            let text = format!("the status is {}: expected a number from 200 to 599", response.status);
            return Err(RespondError::Invalid(text));
        }
        for header in &response.headers {
            if header.name.starts_with(':') {
                return Err(RespondError::Invalid(format!("`{}` is not a header's name", header.name)));
            }
            fields::check(header).map_err(RespondError::Invalid)?;
        }
        if inner.part(Part::ResponseHeaders).place == Place::Gone {
            return Err(RespondError::Begun);
        }
        inner.asked.respond = Some(response.clone());
        Ok(())
    }

    pub(crate) fn resume(&self, side: Side) {
        let index = side_index(side);
        if let Some(resume) = self.0.borrow_mut().asked.resume.get_mut(index) {
            *resume = true;
        }
    }

    pub(crate) fn abort(&self) {
        self.0.borrow_mut().asked.abort = true;
    }

    pub(crate) fn ignore(&self, callbacks: Callbacks) {
        self.0.borrow_mut().ignored |= callbacks;
    }

    pub(crate) fn property(&self, path: &[String]) -> Option<Property> {
        let parts: Vec<_> = path.iter().map(String::as_str).collect();
        let text = |part, name| self.header(part, name).map(Property::Text);
        match parts.as_slice() {
            ["request", "path"] => text(Part::RequestHeaders, ":path"),
            ["request", "host"] => text(Part::RequestHeaders, ":authority"),
            ["request", "method"] => text(Part::RequestHeaders, ":method"),
            ["request", "scheme"] => text(Part::RequestHeaders, ":scheme"),
            ["request", "headers", name] => text(Part::RequestHeaders, name),
            ["response", "headers", name] => text(Part::ResponseHeaders, name),
            ["response", "code"] => {
                let status = self.header(Part::ResponseHeaders, ":status")?;
                Some(Property::Signed(std::str::from_utf8(&status).ok()?.parse().ok()?))
            }
            _ => {
                let inner = self.0.borrow();
                let (_, value) = inner.properties.iter().find(|(own, _)| own == path)?;
                Some(Property::Text(value.clone()))
            }
        }
    }

    pub(crate) fn set_property(&self, path: &[String], value: &[u8]) -> bool {
        const OWN: [&str; 8] =
            ["request", "response", "source", "destination", "connection", "upstream", "route", "cluster"];
        if path.first().is_none_or(|first| OWN.contains(&first.as_str())) {
            return false;
        }
        let properties = &mut self.0.borrow_mut().properties;
        properties.retain(|(own, _)| own != path);
        properties.push((path.to_vec(), value.to_vec()));
        true
    }
}

/// A range, cut at the end of what is held.
pub(super) fn cut(held: usize, start: u64, length: u64) -> std::ops::Range<usize> {
    let start = usize::try_from(start).unwrap_or(usize::MAX).min(held);
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(held - start);
    start..start + length
}
