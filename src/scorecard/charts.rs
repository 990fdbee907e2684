//! What to draw: the data of every kind of chart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Point, Unit, Variation};

/// What to draw; the drawing decides nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "chart", rename_all = "snake_case")]
pub enum ChartData {
    /// A metric over time for the subject, with the desk's line behind and the target.
    Trend {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, unit and span, as subtitle.
        subtitle: String,
        /// The subject's points, oldest first (up to 53).
        points: Vec<Point>,
        /// The desk's points over the same periods; empty on the desk's own card.
        desk: Vec<Point>,
        /// Target line.
        target: Option<f64>,
        /// Dated events of the config inside the span: (period id, label).
        events: Vec<(String, String)>,
        /// Limits and signals, where there are enough points for them.
        control: Option<Control>,
    },
    /// A share by group against the number of rows, with the limits inside which chance alone puts groups that are all alike.
    Funnel {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, the span, the limits.
        subtitle: String,
        /// The rate of all groups together.
        centre: f64,
        /// Target line.
        target: Option<f64>,
        /// Limits at ascending numbers of rows.
        limits: Vec<FunnelLimit>,
        /// The groups, by name.
        groups: Vec<FunnelGroup>,
        /// Overdispersion, 1 if the groups differ as much as chance makes them.
        phi: f64,
        /// Whether the limits were widened for it.
        is_adjusted: bool,
    },
    /// How many are still there, by time since the start.
    Survival {
        /// The finding, as title.
        title: String,
        /// What is counted, from when.
        subtitle: String,
        /// Curves by name.
        curves: Vec<Curve>,
        /// Days at which `at_risk` is given.
        at_days: Vec<u32>,
    },
    /// A share by weeks of tenure.
    Ramp {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, who is counted.
        subtitle: String,
        /// Lines by name.
        lines: Vec<RampLine>,
        /// The level of those past the ramp.
        settled: Option<f64>,
    },
    /// One mark a group, with interval and n, listed by name; the desk's value as a line.
    Groups {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure and what n counts.
        subtitle: String,
        /// The groups in the order to draw.
        groups: Vec<GroupValue>,
        /// The desk's value.
        desk: Option<f64>,
        /// Target line.
        target: Option<f64>,
    },
    /// Inflow, outflow and what stays open.
    Backlog {
        /// The finding, as title.
        title: String,
        /// The measure.
        subtitle: String,
        /// Open at the end of each period, oldest first.
        open: Vec<Point>,
        /// Created in each period.
        created: Vec<Point>,
        /// Resolved in each period.
        resolved: Vec<Point>,
    },
    /// How much of the target was used when it ended: how many by share of the target, with a line at the target itself.
    Margins {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// What is counted, the span, the target.
        subtitle: String,
        /// The bars, by ascending use; no bar lies across 100 %.
        bins: Vec<MarginBin>,
        /// Share of the target from which what was kept was a near miss.
        #[serde(default = "usual_near")]
        near: f64,
        /// Rows that cannot be placed, because they have no target or their times are not known; told, not drawn.
        unknown: u64,
    },
    /// A grid of figures, such as days by hours.
    Heatmap {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, the span, what a cell is held against.
        subtitle: String,
        /// Names of the rows, from the top.
        rows: Vec<String>,
        /// Names of the columns, from the left.
        columns: Vec<String>,
        /// The cells, row by row.
        cells: Vec<HeatCell>,
    },
    /// How a total (of time) divides into parts, by group: one bar a row, listed in the order given.
    Shares {
        /// The finding, as title.
        title: String,
        /// What is divided, the span.
        subtitle: String,
        /// Names of the parts, in the order to draw them (up to 5). Hostile text.
        parts: Vec<String>,
        /// The rows in the order to draw.
        rows: Vec<ShareRow>,
        /// Kind of number of the values, and of the total written beside each bar.
        unit: Unit,
        /// What the title is about, which the bars must show.
        #[serde(default)]
        about: SharesAbout,
    },
    /// The same measure of many groups over the same periods: a small line chart a group, all on one scale.
    Multiples {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure and the span.
        subtitle: String,
        /// The groups in the order to draw.
        panels: Vec<SmallPanel>,
    },
    /// One dot a person, in rows by group, with the groups' means: for comparing groups of people without naming anybody.
    Dots {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, what a dot is.
        subtitle: String,
        /// The groups in the order to draw.
        groups: Vec<DotGroup>,
        /// Mean of all people shown.
        mean: Option<f64>,
    },
    /// A measure before and after a date: the weeks, the fitted level or line of each side, where it would have gone, the others.
    Phases {
        /// Metric id.
        metric: String,
        /// The finding, as title.
        title: String,
        /// The measure, whose weeks.
        subtitle: String,
        /// The first period after the date (its [`Point::period`]), and what happened. Hostile text.
        event: (String, String),
        /// The points of those it is about, oldest first.
        points: Vec<Point>,
        /// The points of the others over the same periods; empty without others.
        others: Vec<Point>,
        /// The level or line of each side, one a point; `None` where there is none.
        fitted: Vec<Option<f64>>,
        /// Where it would have gone without the event, one a point; `None` before the date.
        expected: Vec<Option<f64>>,
        /// Limits of both phases, where there are enough points for them.
        control: Option<Control>,
    },
}

impl ChartData {
    /// The measure it is drawn of, if it is drawn of one.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Self::Trend { metric, .. }
            | Self::Groups { metric, .. }
            | Self::Funnel { metric, .. }
            | Self::Ramp { metric, .. }
            | Self::Margins { metric, .. }
            | Self::Heatmap { metric, .. }
            | Self::Dots { metric, .. }
            | Self::Multiples { metric, .. }
            | Self::Phases { metric, .. } => Some(metric),
            Self::Backlog { .. } | Self::Survival { .. } | Self::Shares { .. } => None,
        }
    }
}

/// A small chart of a [`ChartData::Multiples`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SmallPanel {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Its points, oldest first.
    pub points: Vec<Point>,
}

/// A row of a [`ChartData::Dots`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DotGroup {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Mean of its people.
    pub mean: Option<f64>,
    /// Its people.
    pub dots: Vec<Dot>,
}

/// A person of a [`DotGroup`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dot {
    /// Name, told in the table alone; empty where nobody is to be named. Hostile text.
    pub name: String,
    /// The person's level.
    pub value: f64,
    /// Rows behind it.
    pub n: u64,
}

/// A cell of a [`ChartData::Heatmap`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HeatCell {
    /// Its figure; `None` is "no data".
    pub value: Option<f64>,
    /// Rows behind it; 0 leaves the cell blank.
    pub n: u64,
    /// How far it lies from the usual, few rows discounted: -1 far below, 0 as usual, 1 far above.
    pub shade: f64,
    /// Whether that is the good side; `None` for neither.
    pub is_good: Option<bool>,
}

/// A bar of a [`ChartData::Margins`]: rows that used more than `from` and at most `to` of their target, so that one that ended
/// exactly at 100 % was kept. The first bar has its `from` too.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MarginBin {
    /// Lower end, as a share of the target: 0.95 for 95 %.
    pub from: f64,
    /// Upper end; `None` for "and more".
    pub to: Option<f64>,
    /// Rows, those still open among them.
    pub count: u64,
    /// Of `count`, those still open: up to 100 % nothing is decided about them, beyond it they have missed.
    pub is_open: u64,
    /// Of `count`, those kept that were near misses: where they begin may lie inside a bar.
    #[serde(default)]
    pub near: u64,
}

/// Where near misses begin in a scorecard that does not say it.
fn usual_near() -> f64 {
    0.8
}

/// What a [`ChartData::Shares`] is about: its bars show the finding of its title.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SharesAbout {
    /// How each row divides: bars of 100 %.
    #[default]
    Division,
    /// How much each row has: bars as long as the totals.
    Totals,
    /// How much the first part is of each row: bars of 100 %, its share beside them, the other parts pale.
    FirstPart,
}

/// A row of a [`ChartData::Shares`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShareRow {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Page of that subject, relative to the folder of the pages, if it has one.
    pub page: Option<String>,
    /// Tickets behind it.
    pub n: u64,
    /// A value for each part, in the parts' order, in the chart's unit (seconds for time).
    pub values: Vec<f64>,
}

/// Limits of a control chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Control {
    /// `p′ chart (σz 1.4)`, `XmR chart`.
    pub method: String,
    /// One a point of the trend, in its order.
    pub points: Vec<ControlPoint>,
    /// Period ids at which a new phase begins, with the reason; the first phase is not listed.
    pub phases: Vec<(String, String)>,
}

/// Limits and signal of one point.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ControlPoint {
    /// Centre line.
    pub centre: f64,
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
    /// Special cause, with its side and whether it is good; `CommonCause` for none.
    pub variation: Variation,
}

/// Limits of a funnel at a number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelLimit {
    /// Rows.
    pub n: u64,
    /// 95 % limits.
    pub inner: (f64, f64),
    /// Outer limits: of 99.8 %, and of more the more groups there are.
    pub outer: (f64, f64),
}

/// A group in a funnel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FunnelGroup {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Page of that subject, relative to the folder of the pages, if it has one.
    pub page: Option<String>,
    /// Rows.
    pub n: u64,
    /// Its rate.
    pub value: f64,
    /// Beyond the outer limits: the good side (`true`) or the bad one; `None` inside.
    pub stands_out: Option<bool>,
}

/// A Kaplan-Meier curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curve {
    /// Whose. Hostile text.
    pub name: String,
    /// People.
    pub n: u64,
    /// Events.
    pub events: u64,
    /// Steps: from this day on, this share is still there, with its 95 % limits.
    pub steps: Vec<CurveStep>,
    /// Longest time observed, days.
    pub last_day: u32,
    /// People at risk at each of `at_days`.
    pub at_risk: Vec<u64>,
}

/// A step of a [`Curve`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CurveStep {
    /// Days since the start.
    pub day: u32,
    /// Share still there.
    pub value: f64,
    /// 95 % limits.
    pub interval: (f64, f64),
}

/// A line of a [`ChartData::Ramp`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RampLine {
    /// Whose. Hostile text.
    pub name: String,
    /// Points at ascending weeks.
    pub points: Vec<RampPoint>,
}

/// A point of a [`RampLine`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RampPoint {
    /// First and last week of tenure, from 1.
    pub weeks: (u32, u32),
    /// Value.
    pub value: f64,
    /// Rows behind it.
    pub n: u64,
    /// 95 % interval of a share.
    pub interval: Option<(f64, f64)>,
}

/// A group of a [`ChartData::Groups`] or a row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupValue {
    /// Name as shown. Hostile text.
    pub name: String,
    /// Page of that subject, relative to the folder of the pages, if it has one.
    pub page: Option<String>,
    /// Value; `None` is "no data".
    pub value: Option<f64>,
    /// Rows behind it.
    pub n: u64,
    /// 95 % interval of a share.
    pub interval: Option<(f64, f64)>,
}
