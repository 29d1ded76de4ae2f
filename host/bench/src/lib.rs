//! What the benchmarks share.

/// A pipeline over flights in CSV: cleaned, enriched from the airlines, into Parquet. `plugins` is a folder with the two plugins,
/// as folders or as components.
pub fn flights_pipeline(
    plugins: &std::path::Path,
    flights: &std::path::Path,
    airlines: &std::path::Path,
) -> String {
    let plugin = |name: &str| {
        let component = plugins.join(format!("{name}.wasm"));
        if component.exists() { component } else { plugins.join(name) }
    };
    format!(
        "[source]\nformat = \"csv\"\npath = {flights:?}\nnull_values = [\"\", \"NA\"]\n\
         [[lookup]]\nname = \"airlines\"\npath = {airlines:?}\nkey = [\"carrier\"]\n\
         [[stage]]\nname = \"clean\"\nplugin = {:?}\n\
         [[stage]]\nname = \"enrich\"\nplugin = {:?}\n\
         settings = {{ table = \"airlines\", key = \"carrier\", columns = {{ name = \"airline\" }} }}\n\
         grants = {{ imports = [\"witdock:etl/*\"] }}\n\
         [[sink]]\nformat = \"parquet\"\npath = \"out.parquet\"\n",
        plugin("clean-flights"),
        plugin("enrich")
    )
}
