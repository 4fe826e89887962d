import com.google.gson.Gson;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.graphdb.GraphDatabaseService;

/**
 * Neo4j without a server, for check_neo4j.py: opens the database in a folder laid out as Neo4j's own (conf, data), reads
 * statements from standard input, one a line as a JSON string, and answers each with a line of JSON: the names of its
 * columns and its rows, or its error.
 */
final class Neo4j {
    private Neo4j() {}

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        var service = new DatabaseManagementServiceBuilder(home)
                .loadPropertiesFromFile(home.resolve("conf").resolve("neo4j.conf"))
                .build();
        // Answers go to a stream of their own, so that nothing that a library prints gets between them.
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        Gson json = new Gson().newBuilder().serializeNulls().create();
        try {
            GraphDatabaseService database = service.database("neo4j");
            var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                answers.println(json.toJson(answer(database, json.fromJson(line, String.class))));
            }
        } finally {
            service.shutdown();
        }
    }

    private static Map<String, Object> answer(GraphDatabaseService database, String statement) {
        try {
            return database.executeTransactionally(statement, Map.of(), result -> {
                List<String> columns = result.columns();
                List<List<Object>> rows = new ArrayList<>();
                while (result.hasNext()) {
                    Map<String, Object> row = result.next();
                    rows.add(columns.stream().map(row::get).toList());
                }
                return Map.of("columns", columns, "rows", rows);
            });
        } catch (RuntimeException error) {
            return Map.of("error", String.valueOf(error.getMessage()));
        }
    }
}
