//! Options of the commands that write a graph: how it is analysed, and which part of it is written.

use crate::analyze::layout::MOST_PAPERS_FOR_FORCES;
use crate::analyze::view::{Cut, CutError, View, cut};
use crate::analyze::{AnalyzeOptions, ColorBy};
use crate::graph::KnowledgeGraph;

/// How topics, places and colours are found.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Topics and looks")]
pub(super) struct AnalysisOptions {
    /// Do not compute places of nodes
    #[arg(long)]
    no_layout: bool,
    /// Compute forces between papers however many there are; of more than 100,000 they otherwise stand by topic only,
    /// since forces take longer than all the rest
    #[arg(long, conflicts_with = "no_layout")]
    layout: bool,
    /// More and smaller topics with greater numbers; chosen for a readable number of topics if left out
    #[arg(long, value_name = "NUMBER", value_parser = resolution)]
    resolution: Option<f64>,
    /// What the colour of a node tells; its topic if left out
    #[arg(long, value_name = "WHAT", value_enum)]
    color_by: Option<ColorChoice>,
}

/// Which part of the graph is written.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "A part of the graph")]
pub(super) struct PartOptions {
    /// Papers and entities, or one kind linked by what they share of the other
    #[arg(long, value_name = "VIEW", value_enum, default_value_t = ViewChoice::Full)]
    view: ViewChoice,
    /// Leave out entities of fewer than N papers
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    min_papers: u32,
    /// Keep only entities of these types
    #[arg(long, value_name = "TYPE,...", value_delimiter = ',')]
    types: Vec<String>,
    /// Keep only the papers of this topic, and their entities: a label, a part of one, or an id
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// Keep only the N most central papers and the N most central entities
    #[arg(long, value_name = "N")]
    top: Option<usize>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ColorChoice {
    /// Its topic
    Topic,
    /// Its type
    Type,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ViewChoice {
    /// Papers, entities and topics
    Full,
    /// Papers, linked by shared entities
    Papers,
    /// Entities, linked by shared papers
    Entities,
}

fn resolution(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() && number > 0.0 => Ok(number),
        _ => Err("must be a number greater than 0, such as 1 or 0.5".to_string()),
    }
}

impl AnalysisOptions {
    /// Was any of them given?
    pub(super) fn is_asked_for(&self) -> bool {
        self.no_layout || self.layout || self.resolution.is_some() || self.color_by.is_some()
    }

    pub(super) fn options(&self) -> AnalyzeOptions {
        AnalyzeOptions {
            resolution: self.resolution,
            color_by: match self.color_by {
                None | Some(ColorChoice::Topic) => ColorBy::Topic,
                Some(ColorChoice::Type) => ColorBy::Type,
            },
            layout: !self.no_layout,
            most_papers_for_forces: if self.layout { usize::MAX } else { MOST_PAPERS_FOR_FORCES },
            ..AnalyzeOptions::default()
        }
    }
}

impl PartOptions {
    /// Cuts the graph down to the part that is wanted; returns a sentence for everything that was left out.
    pub(super) fn apply(&self, graph: &mut KnowledgeGraph) -> Result<Vec<String>, CutError> {
        let wanted = self.cut();
        if wanted == Cut::default() {
            return Ok(Vec::new());
        }
        let (part, what_is_left_out) = cut(graph, &wanted)?;
        *graph = part;
        Ok(what_is_left_out)
    }

    fn cut(&self) -> Cut {
        Cut {
            view: match self.view {
                ViewChoice::Full => View::Full,
                ViewChoice::Papers => View::Papers,
                ViewChoice::Entities => View::Entities,
            },
            min_papers: self.min_papers,
            types: self.types.clone(),
            topic: self.topic.clone(),
            top: self.top,
        }
    }
}
