//! Calendars and teams.

use flow_graph::program::{Calendar, CalendarWindow, Connector, Route, Team};

use super::Check;
use super::amount::{weekdays, window};
use crate::diagnostic::{Code, Diagnostic};
use crate::settings::zone;
use crate::syntax::tree::sla::{CalendarItem, TeamItem, TeamRoute};
use crate::syntax::tree::{Item, ItemKind};

impl Check<'_> {
    pub(super) fn calendars(&mut self) {
        for (_, item) in self.names.items::<Calendar>() {
            let (name, span) = item.kind.name().map_or((String::new(), item.span), |n| (n.value.clone(), n.span));
            let at = self.location(span);
            let zone = self.settings.project.timezone.value.clone();
            let mut calendar = Calendar { name, open: Vec::new(), zone, except: Vec::new(), at };
            if let ItemKind::Calendar(tree) = &item.kind {
                self.calendar(&mut calendar, tree, item);
            }
            self.program.calendars.push(calendar);
        }
    }

    fn calendar(&mut self, calendar: &mut Calendar, tree: &CalendarItem, item: &Item) {
        if tree.open.is_empty() && !item.broken {
            self.lacks(&tree.name, "calendar", "hours", "mon..fri 09:00..18:00");
        }
        let windows = tree
            .open
            .iter()
            .map(|open| CalendarWindow { days: weekdays(&open.days), window: window(open.window.value) });
        calendar.open = windows.collect();
        if let Some(name) = self.once("zone", &tree.zone, |zone| zone.span) {
            match zone::find(&name.value) {
                Some(known) => calendar.zone = known,
                None => self.report(zone::unknown(name)),
            }
        }
        calendar.except = tree.except.iter().map(|date| date.value).collect();
        calendar.except.sort_unstable();
        calendar.except.dedup();
    }

    pub(super) fn teams(&mut self) {
        for (_, item) in self.names.items::<Team>() {
            let name = item.kind.name().map_or_else(String::new, |name| name.value.clone());
            let routes = if let ItemKind::Team(tree) = &item.kind { self.routes(tree, item) } else { Vec::new() };
            self.program.teams.push(Team { name, routes });
        }
    }

    fn routes(&mut self, tree: &TeamItem, item: &Item) -> Vec<Route> {
        if tree.routes.is_empty() && !item.broken {
            self.lacks(&tree.name, "team", "route", "email \"sales@acme.example\"");
        }
        let mut routes = Vec::new();
        for route in &tree.routes {
            match route {
                TeamRoute::Email(address) => {
                    let parts = address.text.split_once('@');
                    let fine = parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
                    if !fine || address.text.contains(char::is_whitespace) {
                        let message = format!("`{}` is not an e-mail address", address.text);
                        let wrong = Diagnostic::new(Code::Amount, address.span, message);
                        self.report(wrong.help("write one address: `email \"sales@acme.example\"`"));
                    }
                    routes.push(Route::Email(address.text.clone()));
                }
                TeamRoute::Webhook(connector) => {
                    if self.of_settings::<Connector>(connector).is_some() {
                        routes.push(Route::Webhook(connector.value.clone()));
                    }
                }
            }
        }
        routes
    }
}
