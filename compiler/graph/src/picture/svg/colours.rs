//! Colours: one for each kind of thing, the same in all forms; light and dark.

use crate::picture::Look;

/// The colours of one kind of thing.
#[derive(Debug, Clone, Copy)]
pub(in crate::picture) struct Colours {
    /// Of the area.
    pub(in crate::picture) fill: &'static str,
    /// Of the outline.
    pub(in crate::picture) stroke: &'static str,
    /// Of the small word that says what it is.
    pub(in crate::picture) tag: &'static str,
}

/// All colours of a scheme.
pub(in crate::picture) struct Scheme {
    /// Behind everything.
    pub(in crate::picture) page: &'static str,
    /// Text.
    pub(in crate::picture) ink: &'static str,
    /// Text that says less.
    pub(in crate::picture) faint: &'static str,
    /// Arrows.
    pub(in crate::picture) arrow: &'static str,
    /// The frame of a group: area and outline.
    pub(in crate::picture) frame: (&'static str, &'static str),
    looks: [(&'static str, &'static str, &'static str); 12],
}

impl Scheme {
    /// The colours of a kind of thing.
    pub(in crate::picture) fn of(&self, look: Look) -> Colours {
        let position = Look::ALL.iter().position(|known| *known == look).unwrap_or(0);
        let (fill, stroke, tag) = self.looks.get(position).copied().unwrap_or(("none", "none", "none"));
        Colours { fill, stroke, tag }
    }
}

/// On white. In the order of [`Look::ALL`].
pub(in crate::picture) const LIGHT: Scheme = Scheme {
    page: "#ffffff",
    ink: "#1d2733",
    faint: "#5b6672",
    arrow: "#64707d",
    frame: ("#f8f9fb", "#d5dae1"),
    looks: [
        ("#e8f1fd", "#7fb0ea", "#1f5fa8"),
        ("#e3f4f2", "#6fbfb8", "#17756d"),
        ("#f1f3f6", "#aab4c2", "#56616f"),
        ("#eaf6e6", "#86c27a", "#2f7a25"),
        ("#fdf3dc", "#e2b755", "#8a6200"),
        ("#f1ebfc", "#b39ae3", "#6540ad"),
        ("#fdeee4", "#eba273", "#a94f12"),
        ("#ffffff", "#b4bcc7", "#56616f"),
        ("#fdeaf0", "#e893b0", "#ab2a59"),
        ("#fbe9e7", "#e39288", "#a8372a"),
        ("#e9ecf0", "#98a3b0", "#46505c"),
        ("#f6f3ec", "#c4b798", "#75653b"),
    ],
};

/// On black.
pub(in crate::picture) const DARK: Scheme = Scheme {
    page: "#12161c",
    ink: "#e6eaf0",
    faint: "#9aa5b2",
    arrow: "#8793a0",
    frame: ("#171c24", "#323b47"),
    looks: [
        ("#15273d", "#3f6fa6", "#8fc1f7"),
        ("#122b2a", "#357d77", "#7fd0c8"),
        ("#1e242c", "#56616f", "#a6b1be"),
        ("#182c16", "#4b8442", "#97d38b"),
        ("#322711", "#94742a", "#ecc76c"),
        ("#261f3a", "#6f56a8", "#c2aef2"),
        ("#35220f", "#a5643a", "#f3b48a"),
        ("#1a2028", "#4d5866", "#a6b1be"),
        ("#361a25", "#a04d6c", "#f2a3bf"),
        ("#361d1a", "#9f5148", "#f0a59c"),
        ("#20262e", "#5d6977", "#b3bdc9"),
        ("#29251b", "#7a6f53", "#d3c6a6"),
    ],
};
