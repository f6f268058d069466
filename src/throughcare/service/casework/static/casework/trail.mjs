// Shows the trail on a map that can be moved. The page's table and the drawn map hold the same without this script.
const holder = document.getElementById("trail-map");
const said = document.getElementById("trail-map-said");
const data = JSON.parse(document.getElementById("trail-map-data").textContent);
const EARTH_M = 6371008.8;
const CIRCLES_MOST = 400;
const coarse = (source) => source === "cell" || source === "wifi";
const gaps = new Set(data.gaps);

const circle = ([lon, lat], radius) => {
  const north = ((radius / EARTH_M) * 180) / Math.PI;
  const east = north / Math.cos((lat * Math.PI) / 180);
  return Array.from({ length: 33 }, (_, n) => {
    const turn = (n / 32) * 2 * Math.PI;
    return [lon + east * Math.sin(turn), lat + north * Math.cos(turn)];
  });
};

const rings = (area) => {
  if (area.type === "Polygon") return [area.coordinates];
  if (area.type === "MultiPolygon") return area.coordinates;
  return [[circle(area.centre, area.radius_m)]];
};

// runs of satellite positions; a gap ends one, and a coarse position stands apart from them
const runs = () => {
  const found = [[]];
  data.points.forEach(([lon, lat, , source], n) => {
    if (gaps.has(n)) found.push([]);
    if (!coarse(source)) found.at(-1).push([lon, lat]);
  });
  return found.filter((run) => run.length > 1);
};

const collection = (features) => ({ type: "FeatureCollection", features });
const feature = (type, coordinates, properties = {}) => ({ type: "Feature", properties, geometry: { type, coordinates } });
const source = (features) => ({ type: "geojson", data: collection(features) });

const points = data.points.map(([lon, lat, , from, number]) => feature("Point", [lon, lat], { coarse: coarse(from), number }));
const every = Math.max(1, Math.ceil(data.points.length / CIRCLES_MOST));
const circles = data.points
  .filter(([, , radius], n) => radius && n % every === 0)
  .map(([lon, lat, radius]) => feature("Polygon", [circle([lon, lat], radius)]));
const places = data.places.flatMap((place) =>
  rings(place.area).map((ring) => feature("Polygon", ring, { out: place.kind === "exclusion_zone" })),
);
const byKind = (key, yes, no) => ["case", ["get", key], yes, no];

const style = {
  version: 8,
  sources: {
    places: source(places),
    circles: source(circles),
    trail: source(runs().map((run) => feature("LineString", run))),
    points: source(points),
  },
  layers: [
    { id: "ground", type: "background", paint: { "background-color": "#f8f7f5" } },
    { id: "places", type: "fill", source: "places", paint: { "fill-color": byKind("out", "#b10e1e", "#00703c"), "fill-opacity": 0.15 } },
    { id: "edges", type: "line", source: "places", paint: { "line-color": byKind("out", "#b10e1e", "#00703c"), "line-width": 2 } },
    { id: "circles", type: "line", source: "circles", paint: { "line-color": "#1d70b8", "line-opacity": 0.4, "line-width": 1 } },
    { id: "trail", type: "line", source: "trail", paint: { "line-color": "#1d70b8", "line-width": 2 } },
    {
      id: "points",
      type: "circle",
      source: "points",
      paint: { "circle-radius": 4, "circle-color": byKind("coarse", "#f47738", "#1d70b8"), "circle-stroke-color": "#ffffff", "circle-stroke-width": 1 },
    },
  ],
};

const bounds = () => {
  const all = [...data.points.map(([lon, lat]) => [lon, lat]), ...data.places.flatMap((place) => rings(place.area).flat(2))];
  const [lons, lats] = [all.map((at) => at[0]), all.map((at) => at[1])];
  const least = (values) => values.reduce((a, b) => Math.min(a, b));
  const most = (values) => values.reduce((a, b) => Math.max(a, b));
  return all.length ? [[least(lons), least(lats)], [most(lons), most(lats)]] : [[-6, 50], [2, 56]];
};

const start = async () => {
  const maplibre = await import(holder.dataset.maplibre);
  maplibre.setWorkerUrl(holder.dataset.worker);
  const map = new maplibre.Map({
    container: holder,
    style,
    bounds: bounds(),
    fitBoundsOptions: { padding: 40, maxZoom: 17 },
    attributionControl: false,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }));
  map.addControl(new maplibre.ScaleControl());
  map.on("load", () => {
    holder.dataset.ready = "yes";
    const drawn = every > 1 ? ` Of the circles ${circles.length} are drawn.` : "";
    said.textContent = `${data.points.length} positions, ${data.gaps.length} gaps.${drawn}`;
  });
  map.on("click", "points", (event) => {
    said.textContent = `Position ${event.features[0].properties.number} of the table`;
  });
};

start().catch((problem) => {
  said.textContent = "The map cannot be shown in this browser. The drawn map and the table show the same.";
  holder.hidden = true;
  console.warn(problem.message);
});
