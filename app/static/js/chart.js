// Draws the charts of a page from the data beside them; the table below each says the same.

const style = getComputedStyle(document.documentElement);
const colour = (name) => style.getPropertyValue(name).trim();

const bar = (data) => [{ type: "bar", data: data.values, barMaxWidth: 18,
  itemStyle: { color: colour("--accent"), borderRadius: 3 },
  label: { show: true, position: "right", color: colour("--soft"), formatter: (p) => data.labels[p.dataIndex] } }];

const stacked = (data) => data.stacks.map((stack, n) => ({ type: "bar", stack: "all", name: stack.name, data: stack.values,
  barMaxWidth: 18, itemStyle: { color: colour(stack.colour) },
  label: { show: n === data.stacks.length - 1, position: "right", color: colour("--soft"), formatter: (p) => data.labels[p.dataIndex] } }));

for (const box of document.querySelectorAll("[data-chart]")) {
  const data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
  const chart = echarts.init(box, null, { renderer: "canvas" });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: style.getPropertyValue("--font"), color: colour("--ink") },
    legend: data.stacks ? { top: 0, textStyle: { color: colour("--soft") } } : undefined,
    grid: { left: 8, right: data.stacks ? 48 : 128, top: data.stacks ? 36 : 8, bottom: 8, containLabel: true },
    xAxis: { type: "value", max: data.most, axisLabel: { color: colour("--faint"), formatter: data.unit },
             splitLine: { lineStyle: { color: colour("--line") } } },
    yAxis: { type: "category", inverse: true, data: data.names, axisTick: { show: false },
             axisLine: { lineStyle: { color: colour("--line") } }, axisLabel: { color: colour("--ink") } },
    series: data.stacks ? stacked(data) : bar(data),
  });
  new ResizeObserver(() => chart.resize()).observe(box);
}
