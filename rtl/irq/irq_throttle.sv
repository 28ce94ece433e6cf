// SPDX-License-Identifier: MIT
//
// Delivery of interrupts, moderated: at most one in the interval of ITR (MSI, INTx) or of the vector's
// EITR (MSI-X), counted from the last one sent; 0 is no limit. A post that comes too early waits and
// leaves once, when the interval is over. Changing the interval takes effect at once.
//
// When an interval is over is worked out when it begins or is changed, not when it is asked for; the
// earliest of those that somebody waits for is found in a cycle of its own, which is not idle.
//
// MSI-X posts come per cause; all waiting causes of one vector leave with one message. A cause whose
// IVAR entry is not valid leaves without a message. MSI is one message, INTx a request to assert the
// line. `hold_i` keeps everything back for a cycle (a register access is acting).

module irq_throttle (
  input  logic         clk_i,
  input  logic         clear_i,          // reset or change of mode: forget earlier posts, intervals
  input  logic         restart_i,        // all intervals are over
  input  logic         hold_i,
  input  logic         write_i,          // one of these: of an interrupt register
  input  logic [63:0]  now_i,
  input  logic         moderate_i,
  input  logic         msix_i,
  input  logic         intx_i,

  input  logic [31:0]  ivar_i,
  input  logic [15:0]  itr_i,
  input  logic [5*16-1:0] eitr_i,
  input  logic         interval_we_i,    // with hold_i: this one gets a new value
  input  logic [2:0]   interval_index_i, // vector, 5: ITR
  input  logic [15:0]  interval_i,

  // MSI-X causes RXQ0, RXQ1, TXQ0, TXQ1, OTHER.
  input  logic [4:0]   cause_post_i,
  input  logic [4:0]   cause_keep_i,     // 0: masked meanwhile, forget the post
  output logic [4:0]   cause_sent_o,
  // MSI and INTx.
  input  logic         line_post_i,
  input  logic         line_keep_i,
  output logic         intx_assert_o,

  output logic         irq_req_o,
  output logic [2:0]   irq_vec_o,
  input  logic         irq_ack_i,
  output logic         ev_sent_o,

  output logic         idle_o,
  output logic [63:0]  deadline_o
);
  localparam logic [2:0] MaxVector = 3'd4;
  localparam logic [63:0] Never = 64'hffff_ffff_ffff_ffff;
  localparam int unsigned Itr = 5;  // place of ITR behind the vectors

  logic [4:0] cause_wait_q;
  logic line_wait_q;
  logic [5:0] running_q;  // sent since reset: last_q and due_q count
  logic [63:0] last_q [6];
  logic [63:0] due_q [6];
  logic [63:0] next_q;    // earliest of those that are waited for
  logic changed_q;        // next_q is not up to date
  logic req_q;
  logic [2:0] vec_q;

  logic [4:0] open, bad, sent;
  logic [5:0] wanted, closed;
  logic line_open, line_sent, vec_sent, port_free, changed;
  logic [2:0] vec, counted;
  logic [63:0] interval_ns;

  assign port_free = (!req_q || irq_ack_i) && !hold_i;

  function automatic logic [2:0] vector_of(input logic [31:0] ivar, input int unsigned cause);
    vector_of = ivar[cause*4 +: 3];
  endfunction

  // Which waiting posts may leave now.
  always_comb begin
    open = '0;
    bad = '0;
    line_open = 1'b0;
    wanted = '0;
    closed = '0;
    if (cause_wait_q != '0 || line_wait_q) begin
      for (int unsigned c = 0; c < 5; c++) begin
        if (cause_wait_q[c]) begin
          if (!ivar_i[c*4 + 3] || vector_of(ivar_i, c) > MaxVector) bad[c] = 1'b1;
          else wanted[vector_of(ivar_i, c)] = 1'b1;
        end
      end
      wanted[Itr] = line_wait_q;
      for (int unsigned v = 0; v < 6; v++) begin
        if (wanted[v] && running_q[v] && moderate_i) closed[v] = now_i < due_q[v];
      end
      for (int unsigned c = 0; c < 5; c++) begin
        open[c] = cause_wait_q[c] && !bad[c] && !closed[vector_of(ivar_i, c)];
      end
      line_open = line_wait_q && !closed[Itr];
    end
  end

  // When the first of the others may.
  function automatic logic [63:0] earlier(input logic [63:0] a, input logic [63:0] b);
    earlier = a < b ? a : b;
  endfunction

  assign changed = clear_i || restart_i || write_i || cause_post_i != '0 || line_post_i || sent != '0 || line_sent ||
                   (cause_wait_q & ~cause_keep_i) != '0 || (line_wait_q && !line_keep_i);

  always_ff @(posedge clk_i) begin
    changed_q <= changed;
    if (changed_q) begin
      next_q <= earlier(earlier(earlier(closed[0] ? due_q[0] : Never, closed[1] ? due_q[1] : Never),
                                earlier(closed[2] ? due_q[2] : Never, closed[3] ? due_q[3] : Never)),
                        earlier(closed[4] ? due_q[4] : Never, closed[5] ? due_q[5] : Never));
    end
  end

  // One vector a cycle, the one of the lowest open cause.
  always_comb begin
    vec = '0;
    sent = '0;
    vec_sent = 1'b0;
    line_sent = 1'b0;
    if (port_free) begin
      if (bad != '0) begin
        sent = bad;
      end else if (open != '0) begin
        vec_sent = 1'b1;
        for (int unsigned c = 5; c > 0; c--) begin
          if (open[c-1]) vec = vector_of(ivar_i, c - 1);
        end
        for (int unsigned c = 0; c < 5; c++) begin
          sent[c] = open[c] && vector_of(ivar_i, c) == vec;
        end
      end else if (line_open) begin
        line_sent = 1'b1;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      cause_wait_q <= cause_post_i;
      line_wait_q <= line_post_i;
      running_q <= '0;
    end else begin
      cause_wait_q <= (cause_wait_q & cause_keep_i & ~sent) | cause_post_i;
      line_wait_q <= (line_wait_q && line_keep_i && !line_sent) || line_post_i;
      if (restart_i) running_q <= '0;
      if (vec_sent || line_sent) running_q[counted] <= 1'b1;
    end
    if (vec_sent || line_sent) last_q[counted] <= now_i;
    if (vec_sent || line_sent || interval_we_i) due_q[counted] <= (interval_we_i ? last_q[counted] : now_i) + interval_ns;
  end

  // A new interval counts from the last message.
  always_comb begin
    counted = vec;
    interval_ns = '0;
    if (interval_we_i) begin
      counted = interval_index_i;
      interval_ns = {40'd0, interval_i, 8'd0};
    end else if (line_sent) begin
      counted = 3'(Itr);
      interval_ns = {40'd0, itr_i, 8'd0};
    end else if (vec_sent) begin
      interval_ns = {40'd0, eitr_i[vec*16 +: 16], 8'd0};
    end
  end

  // A message that is on offer stays until it is taken; a reset withdraws it.
  always_ff @(posedge clk_i) begin
    if (clear_i) begin
      req_q <= 1'b0;
    end else if (vec_sent || (line_sent && !intx_i)) begin
      req_q <= 1'b1;
      vec_q <= msix_i ? vec : '0;
    end else if (irq_ack_i) begin
      req_q <= 1'b0;
    end
  end

  assign cause_sent_o = sent;
  assign intx_assert_o = line_sent && intx_i;
  assign ev_sent_o = vec_sent || line_sent;
  assign irq_req_o = req_q;
  assign irq_vec_o = vec_q;
  assign deadline_o = next_q;
  assign idle_o = !clear_i && !req_q && !changed_q && bad == '0 && open == '0 && !line_open;
endmodule
