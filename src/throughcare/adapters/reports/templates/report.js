(function () {
  'use strict';
  // Maps: buttons, arrow keys and dragging move the window. Without this script the whole map is in view.
  function button(words, act) {
    var made = document.createElement('button');
    made.type = 'button';
    made.textContent = words;
    made.addEventListener('click', act);
    return made;
  }
  function enhance(svg) {
    var pane = svg.querySelector('.pan');
    var bar = svg.querySelector('.scale-words');
    var metres = svg.querySelector('.scale');
    if (!pane) { return; }
    var wide = 720, tall = 480, zoom = 1, x = 0, y = 0;
    function show() {
      x = Math.min(0, Math.max(wide - wide * zoom, x));
      y = Math.min(0, Math.max(tall - tall * zoom, y));
      pane.setAttribute('transform', 'translate(' + x + ' ' + y + ') scale(' + zoom + ')');
      if (bar && metres) {
        var length = Number(metres.getAttribute('data-m')) / zoom;
        bar.textContent = length >= 1000 ? +(length / 1000).toPrecision(3) + ' km' : +length.toPrecision(3) + ' m';
      }
    }
    function by(factor) {
      var next = Math.min(16, Math.max(1, zoom * factor));
      x = wide / 2 - (wide / 2 - x) * next / zoom;
      y = tall / 2 - (tall / 2 - y) * next / zoom;
      zoom = next;
      show();
    }
    function move(dx, dy) { x += dx; y += dy; show(); }
    var tools = document.createElement('div');
    tools.className = 'tools';
    tools.setAttribute('role', 'group');
    tools.setAttribute('aria-label', 'Move the map');
    [['Zoom in', function () { by(1.6); }], ['Zoom out', function () { by(1 / 1.6); }],
      ['Left', function () { move(120, 0); }], ['Right', function () { move(-120, 0); }],
      ['Up', function () { move(0, 120); }], ['Down', function () { move(0, -120); }],
      ['Whole map', function () { zoom = 1; x = 0; y = 0; show(); }]
    ].forEach(function (pair) { tools.appendChild(button(pair[0], pair[1])); });
    var holder = svg.closest('.drawing');
    holder.parentNode.insertBefore(tools, holder);
    var held = null;
    var glass = svg.querySelector('.window');
    glass.addEventListener('pointerdown', function (event) {
      if (zoom > 1) { held = [event.clientX, event.clientY]; glass.setPointerCapture(event.pointerId); }
    });
    glass.addEventListener('pointermove', function (event) {
      if (!held) { return; }
      var unit = wide / svg.getBoundingClientRect().width;
      move((event.clientX - held[0]) * unit, (event.clientY - held[1]) * unit);
      held = [event.clientX, event.clientY];
    });
    ['pointerup', 'pointercancel'].forEach(function (name) {
      glass.addEventListener(name, function () { held = null; });
    });
  }
  document.querySelectorAll('svg.map').forEach(enhance);

  // Lists of incidents: one box hides the lines that do not hold its words.
  var tables = document.querySelectorAll('table.incidents');
  if (tables.length) {
    var form = document.createElement('div');
    var label = document.createElement('label');
    var box = document.createElement('input');
    var said = document.createElement('p');
    form.className = 'filter';
    form.setAttribute('role', 'search');
    form.setAttribute('aria-label', 'Incidents');
    label.textContent = 'Show only incidents with';
    label.htmlFor = box.id = 'filter-words';
    box.type = 'text';
    box.autocomplete = 'off';
    said.setAttribute('aria-live', 'polite');
    [label, box, said].forEach(function (part) { form.appendChild(part); });
    var first = tables[0].closest('.scroll').previousElementSibling;
    first.parentNode.insertBefore(form, first);
    box.addEventListener('input', function () {
      var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      var shown = 0, all = 0;
      tables.forEach(function (table) {
        table.querySelectorAll('tbody tr').forEach(function (row) {
          var words = (row.textContent + ' ' + table.caption.textContent).toLowerCase();
          row.hidden = !wanted.every(function (word) { return words.indexOf(word) >= 0; });
          all += 1;
          shown += row.hidden ? 0 : 1;
        });
      });
      said.textContent = wanted.length ? shown + ' of ' + all + ' incidents' : '';
    });
  }

  // A link into closed details opens them; printing opens all.
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details').forEach(function (part) { part.open = true; });
  });
}());
