// Draws the charts of a page from the data beside them; the table below each says the same.

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

for (const box of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const chart = echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: style.getPropertyValue("--font"), color: colour("--ink") },
    grid: { left: 8, right: 128, top: 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", max: data.most, axisLabel: { color: colour("--faint"), formatter: data.unit },
             splitLine: { lineStyle: { color: colour("--line") } } },
    yAxis: { type: "category", inverse: true, data: data.names, axisTick: { show: false },
             axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: colour("--ink") } },
    series: [{ type: "bar", data: data.values, barMaxWidth: 18, itemStyle: { color: colour("--accent"), borderRadius: 3 },
               label: { show: true, position: "right", color: colour("--soft"), formatter: (p) => data.labels[p.dataIndex] } }],
  });
  new ResizeObserver(() => chart.resize()).observe(box);
}
