package papergraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.gephi.graph.api.DirectedGraph;
import org.gephi.graph.api.Edge;
import org.gephi.graph.api.Element;
import org.gephi.graph.api.GraphController;
import org.gephi.graph.api.GraphModel;
import org.gephi.graph.api.Node;
import org.gephi.io.exporter.api.ExportController;
import org.gephi.io.importer.api.Container;
import org.gephi.io.importer.api.EdgeDirectionDefault;
import org.gephi.io.importer.api.EdgeMergeStrategy;
import org.gephi.io.importer.api.ImportController;
import org.gephi.io.importer.api.Issue;
import org.gephi.io.processor.plugin.DefaultProcessor;
import org.gephi.preview.api.PreviewController;
import org.gephi.preview.api.PreviewProperty;
import org.gephi.project.api.ProjectController;
import org.gephi.project.api.Workspace;
import org.openide.util.Lookup;

/**
 * Opens graph.graphml and graph.gexf of an output folder as Gephi does and compares what Gephi got with graph.json:
 * no issue of level warning or worse, every node and edge with every attribute, colour, size and place. With a second
 * folder it draws both there with Gephi's preview (nodes need places), gephi-graphml.pdf and gephi-gexf.pdf (a PNG would need a display).
 */
public final class GephiCheck {
    /** Attributes of graph.json that are how a node looks. */
    private static final List<String> VISUAL = List.of("x", "y", "size", "color");

    /** Diameter from which on a node has a label in the drawing. */
    private static final float LABELLED_SIZE = 20;

    private final JsonObject json;
    private final List<String> faults = new ArrayList<>();

    /** The sentences of every paper. */
    private final Map<String, JsonArray> sentences = new HashMap<>();

    private GephiCheck(JsonObject json) {
        this.json = json;
        for (JsonElement element : json.getAsJsonArray("nodes")) {
            JsonObject node = element.getAsJsonObject();
            if (node.has("sentences")) {
                sentences.put(node.get("id").getAsString(), node.getAsJsonArray("sentences"));
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.awt.headless", "true");
        Logger.getLogger("").setLevel(Level.WARNING);
        Path folder = Path.of(arguments[0]);
        JsonObject json;
        try (Reader reader = Files.newBufferedReader(folder.resolve("graph.json"), StandardCharsets.UTF_8)) {
            json = JsonParser.parseReader(reader).getAsJsonObject();
        }
        boolean good = true;
        for (String ending : List.of("graphml", "gexf")) {
            GephiCheck check = new GephiCheck(json);
            check.open(folder.resolve("graph." + ending).toFile(), ending.equals("gexf"));
            if (arguments.length > 1) {
                check.draw(Path.of(arguments[1]).resolve("gephi-" + ending + ".pdf").toFile());
            }
            System.out.println("graph." + ending + ": " + (check.faults.isEmpty() ? "as graph.json" : "differs"));
            check.faults.stream().limit(20).forEach(fault -> System.out.println("  " + fault));
            good &= check.faults.isEmpty();
        }
        // Gephi leaves threads running.
        System.exit(good ? 0 : 1);
    }

    private void open(File file, boolean gexf) throws Exception {
        ProjectController projects = Lookup.getDefault().lookup(ProjectController.class);
        projects.newProject();
        Workspace workspace = projects.getCurrentWorkspace();
        ImportController importer = Lookup.getDefault().lookup(ImportController.class);
        Container container = importer.importFile(file);
        container.getLoader().setEdgeDefault(EdgeDirectionDefault.DIRECTED);
        // Gephi stretches sizes and places to a range of its own when this box of its import dialog is ticked.
        container.getLoader().setAutoScale(false);
        container.getLoader().setEdgesMergeStrategy(EdgeMergeStrategy.NO_MERGE);
        importer.process(container, new DefaultProcessor(), workspace);
        for (Issue issue : (Iterable<Issue>) () -> container.getReport().getIssues(Integer.MAX_VALUE)) {
            if (issue.getLevel().toInteger() >= Issue.Level.WARNING.toInteger()) {
                faults.add(issue.getLevel() + ": " + issue.getMessage());
            }
        }
        GraphModel model = Lookup.getDefault().lookup(GraphController.class).getGraphModel(workspace);
        DirectedGraph graph = model.getDirectedGraph();
        same("nodes", json.getAsJsonArray("nodes").size(), graph.getNodeCount());
        same("edges", json.getAsJsonArray("edges").size(), graph.getEdgeCount());
        for (JsonElement element : json.getAsJsonArray("nodes")) {
            compareNode(element.getAsJsonObject(), graph);
        }
        for (JsonElement element : json.getAsJsonArray("edges")) {
            compareEdge(element.getAsJsonObject(), graph, gexf);
        }
        if (gexf) {
            boolean years = json.getAsJsonArray("nodes").asList().stream()
                .anyMatch(node -> node.getAsJsonObject().has("year"));
            same("dynamic", years, model.isDynamic());
        }
    }

    private void compareNode(JsonObject expected, DirectedGraph graph) {
        String id = readable(expected.get("id").getAsString());
        Node node = graph.getNode(id);
        if (node == null) {
            faults.add("node " + id + " is missing");
            return;
        }
        same(id + " label", readable(expected.get("label").getAsString()), node.getLabel());
        same(id + " size", expected.get("size").getAsFloat(), node.size());
        same(id + " color", expected.get("color").getAsString(),
            String.format("#%02x%02x%02x", node.getColor().getRed(), node.getColor().getGreen(), node.getColor().getBlue()));
        if (expected.has("x")) {
            same(id + " x", expected.get("x").getAsFloat(), node.x());
            same(id + " y", expected.get("y").getAsFloat(), node.y());
        }
        for (String name : expected.keySet()) {
            if (!VISUAL.contains(name) && !List.of("id", "label", "sentences").contains(name)) {
                compare(id, node, name, expected.get(name));
            }
        }
    }

    private void compareEdge(JsonObject expected, DirectedGraph graph, boolean gexf) {
        String id = expected.get("id").getAsString();
        Edge edge = graph.getEdge(id);
        if (edge == null) {
            faults.add("edge " + id + " is missing");
            return;
        }
        same(id + " source", readable(expected.get("source").getAsString()), edge.getSource().getId());
        same(id + " target", readable(expected.get("target").getAsString()), edge.getTarget().getId());
        same(id + " kind", expected.get("relation").getAsString(), String.valueOf(edge.getTypeLabel()));
        same(id + " weight", expected.get("weight").getAsFloat(), (float) edge.getWeight());
        for (String name : List.of("relation", "confidence", "count")) {
            compare(id, edge, name, expected.get(name));
        }
        if (expected.has("rules")) {
            JsonArray rules = new JsonArray();
            expected.getAsJsonArray("rules")
                .forEach(rule -> rules.add(json.getAsJsonObject("meta").getAsJsonArray("rules").get(rule.getAsInt())));
            compare(id, edge, "rules", rules);
        }
        if (expected.has("evidence")) {
            int best = expected.getAsJsonArray("evidence").get(0).getAsInt();
            compare(id, edge, "sentence", sentences.get(expected.get("source").getAsString()).get(best));
        }
    }

    private void compare(String id, Element element, String name, JsonElement expected) {
        Object got = element.getAttribute(name);
        if (got instanceof Number) {
            same(id + " " + name, expected.getAsDouble(), ((Number) got).doubleValue());
            return;
        }
        String text;
        if (expected.isJsonArray()) {
            List<String> members = new ArrayList<>();
            expected.getAsJsonArray().forEach(member -> members.add(member.getAsString()));
            text = String.join("; ", members);
        } else {
            text = expected.getAsString();
        }
        // Gephi takes the text "null" in an attribute for no value.
        boolean none = readable(text).equalsIgnoreCase("null");
        same(id + " " + name, none ? "none" : readable(text), none && got == null ? "none" : got);
    }

    private void same(String what, Object expected, Object got) {
        if (!expected.equals(got)) {
            faults.add(what + ": expected " + expected + ", Gephi has " + got);
        }
    }

    /** Without what papergraph leaves out: control characters and noncharacters. */
    private static String readable(String text) {
        return text.replaceAll("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ufffe\\uffff]", "");
    }

    private void draw(File picture) throws Exception {
        GraphModel model = Lookup.getDefault().lookup(GraphController.class).getGraphModel();
        // Thousands of labels would cover what they name.
        for (Node node : model.getDirectedGraph().getNodes().toArray()) {
            node.getTextProperties().setVisible(node.size() >= LABELLED_SIZE || "Topic".equals(node.getAttribute("type")));
        }
        PreviewController preview = Lookup.getDefault().lookup(PreviewController.class);
        preview.getModel().getProperties().putValue(PreviewProperty.SHOW_NODE_LABELS, true);
        preview.getModel().getProperties().putValue(PreviewProperty.NODE_LABEL_PROPORTIONAL_SIZE, false);
        preview.getModel().getProperties().putValue(PreviewProperty.NODE_LABEL_SHORTEN, true);
        preview.getModel().getProperties().putValue(PreviewProperty.NODE_LABEL_MAX_CHAR, 40);
        preview.getModel().getProperties().putValue(PreviewProperty.EDGE_OPACITY, 25f);
        preview.getModel().getProperties().putValue(PreviewProperty.EDGE_CURVED, false);
        preview.refreshPreview();
        Lookup.getDefault().lookup(ExportController.class).exportFile(picture);
    }
}
