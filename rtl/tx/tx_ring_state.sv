// SPDX-License-Identifier: MIT
//
// Where one transmit ring stands: the descriptor completed next, the start of the packet it belongs to,
// and the head that software sees, which follows when a batch is over. What the batch has written back
// decides the event at its end: descriptors that neither end a packet nor ask for a report give none of
// their own; the packet's end speaks for them. The same moment tells whether few descriptors are left
// (TXD_LOW): the head's step took their number from above the threshold to it or below.

module tx_ring_state (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        flush_i,     // back to the start of the packet in work

  input  logic [15:0] ring_size_i,
  input  logic [15:0] tail_i,
  input  logic        head_we_i,
  input  logic [15:0] head_wdata_i,
  output logic [15:0] head_o,
  output logic [15:0] index_o,
  input  logic [6:0]  low_i,       // threshold in units of 8 descriptors; 0: never

  // One descriptor is complete.
  input  logic        pop_i,
  input  logic        boundary_i,  // a packet begins behind it
  input  logic        write_i,     // it is written back
  input  logic        speaks_i,    // and gives an event
  input  logic        rs_i,
  input  logic        ide_i,
  input  logic        ends_i,      // the batch is over

  output logic        ev_wb_o,
  output logic        ev_wb_ide_o,
  output logic        ev_txqe_o,
  output logic        ev_low_o
);
  // `moved_q`: software wrote the head; what was in flight then no longer counts. `used_q`: has a part
  // in the batch.
  logic [15:0] index_q, boundary_q, next_index;
  logic step;
  logic moved_q, used_q, speaks_q, rs_seen_q, rs_now_q;

  assign step = pop_i && !moved_q;
  assign index_o = index_q;

  always_comb begin
    next_index = '0;
    if (step) next_index = (index_q + 16'd1 >= ring_size_i) ? 16'd0 : index_q + 16'd1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_o <= '0;
      index_q <= '0;
      boundary_q <= '0;
      moved_q <= 1'b0;
    end else if (head_we_i) begin
      head_o <= head_wdata_i;
      index_q <= head_wdata_i;
      boundary_q <= head_wdata_i;
      moved_q <= 1'b1;
    end else if (flush_i) begin
      head_o <= boundary_q;
      index_q <= boundary_q;
      moved_q <= 1'b0;
    end else begin
      if (ends_i && used_q) head_o <= index_q;
      if (step) begin
        index_q <= next_index;
        if (boundary_i) boundary_q <= next_index;
      end
    end
  end

  // Descriptors that the card owns, seen from the head before and behind its step.
  logic [15:0] had, left;
  logic low;

  always_comb begin
    had = '0;
    left = '0;
    low = 1'b0;
    if (ends_i && used_q && low_i != '0) begin
      had = tail_i - head_o + (tail_i < head_o ? ring_size_i : 16'd0);
      left = tail_i - index_q + (tail_i < index_q ? ring_size_i : 16'd0);
      low = had > {6'd0, low_i, 3'd0} && left <= {6'd0, low_i, 3'd0};
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i) used_q <= 1'b0;
    else if (pop_i) used_q <= 1'b1;
    else if (ends_i) used_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || flush_i || (ends_i && speaks_q)) begin
      {speaks_q, rs_seen_q, rs_now_q} <= '0;
    end else if (pop_i && write_i) begin
      speaks_q <= speaks_q || speaks_i;
      rs_seen_q <= rs_seen_q || rs_i;
      rs_now_q <= rs_now_q || (rs_i && !ide_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      {ev_wb_o, ev_wb_ide_o, ev_txqe_o, ev_low_o} <= '0;
    end else begin
      ev_wb_o <= ends_i && speaks_q;
      ev_wb_ide_o <= ends_i && speaks_q && rs_seen_q && !rs_now_q;
      ev_txqe_o <= ends_i && used_q && index_q == tail_i && !moved_q;
      ev_low_o <= low && !moved_q;
    end
  end
endmodule
