import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.tinkerpop.gremlin.structure.io.graphml.GraphMLReader;
import org.janusgraph.core.JanusGraph;
import org.janusgraph.core.JanusGraphFactory;

/**
 * Loads tinkerpop.graphml into JanusGraph, whose reader is TinkerPop's own, and compares the counts by label, the names
 * of nodes and the sentences of edges with graph.json.
 */
final class Check {
    private Check() {}

    public static void main(String[] folders) throws Exception {
        boolean good = true;
        for (String folder : folders) {
            good &= check(Path.of(folder));
        }
        System.exit(good ? 0 : 1);
    }

    private static boolean check(Path folder) throws Exception {
        JsonObject json = JsonParser.parseString(Files.readString(folder.resolve("graph.json"))).getAsJsonObject();
        Map<String, Integer> expected = new TreeMap<>();
        json.getAsJsonArray("nodes").forEach(node -> count(expected, "node " + text(node.getAsJsonObject(), "type")));
        json.getAsJsonArray("nodes").forEach(node -> count(expected, "name " + readable(text(node.getAsJsonObject(), "label"))));
        json.getAsJsonArray("edges").forEach(edge -> count(expected, "edge " + text(edge.getAsJsonObject(), "relation")));
        int nodes = json.getAsJsonArray("nodes").size();
        int edges = json.getAsJsonArray("edges").size();

        Map<String, Integer> found = new TreeMap<>();
        try (JanusGraph graph = JanusGraphFactory.open("inmemory");
                InputStream file = Files.newInputStream(folder.resolve("tinkerpop.graphml"))) {
            GraphMLReader.build().create().readGraph(file, graph);
            graph.tx().commit();
            var traversal = graph.traversal();
            traversal.V().forEachRemaining(node -> {
                count(found, "node " + node.label());
                count(found, "name " + node.value("name"));
            });
            traversal.E().forEachRemaining(edge -> count(found, "edge " + edge.label()));
        }
        boolean same = found.equals(expected);
        System.out.println(folder + ": " + nodes + " nodes, " + edges + " edges in JanusGraph: "
                + (same ? "as graph.json" : difference(found, expected)));
        return same;
    }

    private static String difference(Map<String, Integer> found, Map<String, Integer> expected) {
        Map<String, Integer> keys = new TreeMap<>(found);
        keys.putAll(expected);
        for (String key : keys.keySet()) {
            if (!java.util.Objects.equals(found.get(key), expected.get(key))) {
                return found.get(key) + " of [" + key + "] instead of " + expected.get(key);
            }
        }
        return "nothing";
    }

    private static void count(Map<String, Integer> counts, String key) {
        counts.merge(key, 1, Integer::sum);
    }

    private static String text(JsonObject object, String field) {
        return object.get(field).getAsString();
    }

    /** A text without the characters that XML cannot hold. */
    private static String readable(String text) {
        return text.codePoints()
                .filter(c -> c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c != 0x7f && c != 0xfffe && c != 0xffff)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
