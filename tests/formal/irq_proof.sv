// SPDX-License-Identifier: MIT
//
// irq_ctrl with moderation off, any events, register accesses and acknowledgements, any mode but one at a time:
// causes and masks by the fact sheet, 6.1 - 6.3. ICR, IMS and what reading and writing them does are compared
// with a model of bit 6 (RXO, an immediate cause in every mode; OTHER goes with it in MSI-X).
//
// Line and messages: the line is up only while an enabled cause is pending, goes up at most
// Latency quiet cycles after one became so, and never in a cycle in which a register access acts. MSI: a
// message leaves for each cause that became pending and enabled, at most Latency quiet cycles later, once, and
// stays until it is acknowledged. MSI-X: none without a valid entry of IVAR.

module irq_proof (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        srst_i,
  input logic [1:0]  irq_mode_i,
  input logic        re_i,
  input logic        we_i,
  input logic [1:0]  register_i,  // 0 ICR, 1 ICS, 2 IMS, 3 IMC
  input logic [31:0] data_i,
  input logic        ev_rxo_i,
  input logic        irq_ack_i
);
  localparam logic [31:0] Rxo = 32'd1 << ringside_reg_pkg::ICR_RXO_BIT;
  localparam int unsigned Latency = 4;

  logic [31:0] rdata;
  logic [16:0] addr;
  logic irq_req, intx, sent, idle, reset_q;
  logic [2:0] irq_vec;
  logic [4:0] pba_clr;
  logic [63:0] deadline;
  logic wb_all;

  always_comb begin
    case (register_i)
      2'd0: addr = ringside_reg_pkg::ICR_OFFSET;
      2'd1: addr = ringside_reg_pkg::ICS_OFFSET;
      2'd2: addr = ringside_reg_pkg::IMS_OFFSET;
      default: addr = ringside_reg_pkg::IMC_OFFSET;
    endcase
  end

  irq_ctrl dut (
    .clk_i, .rst_ni, .srst_i,
    .now_i(64'd0),
    .irq_mode_i,
    .moderation_en_i(1'b0), .iame_i(1'b0), .pba_clr_en_i(1'b0), .timers_clear_en_i(1'b0),
    .re_i, .we_i, .addr_i(addr), .wraw_i(data_i), .wdata_i(data_i), .rdata_o(rdata), .tx_wb_all_o(wb_all),
    .ev_tx_wb_i(2'b00), .ev_tx_wb_ide_i(2'b00), .ev_txqe_i(1'b0), .ev_txd_low_i(1'b0), .ev_rx_wb_i(2'b00), .ev_rxdmt_i(1'b0),
    .ev_rxo_i, .ev_srpd_i(1'b0), .ev_ack_i(1'b0), .ev_lsc_i(1'b0), .ev_mdac_i(1'b0),
    .irq_req_o(irq_req), .irq_vec_o(irq_vec), .irq_ack_i, .intx_o(intx), .pba_clr_o(pba_clr), .ev_sent_o(sent),
    .idle_o(idle), .deadline_o(deadline)
  );

  initial reset_q = 1'b0;
  always_ff @(posedge clk_i) reset_q <= 1'b1;

  logic [1:0] mode_q;
  logic intx_mode, msi_mode, quiet;

  always_comb begin
    assume (rst_ni == reset_q);
    assume (irq_mode_i != 2'd3);
    if (reset_q) assume (irq_mode_i == mode_q);
    assume (!(re_i && we_i));
    assume (!(irq_ack_i && !irq_req));
    // No other cause than RXO and, set by the card itself, OTHER.
    if (we_i && register_i == 2'd1) assume ((data_i & ~Rxo) == '0);
  end
  always_ff @(posedge clk_i) mode_q <= irq_mode_i;

  assign intx_mode = irq_mode_i == 2'd0;
  assign msi_mode = irq_mode_i == 2'd1;
  assign quiet = !re_i && !we_i && !ev_rxo_i && !srst_i;

  // The model: cause and mask of RXO (a read clears all in INTx and MSI), and when that is an interrupt.
  logic cause_q, mask_q, clears, sets, unmasks, masks, held, post;

  always_comb begin
    clears = (re_i && register_i == 2'd0) || (we_i && register_i == 2'd0 &&
             (data_i[ringside_reg_pkg::ICR_RXO_BIT] || data_i[ringside_reg_pkg::ICR_OTHER_BIT]));
    sets = ev_rxo_i || (we_i && register_i == 2'd1 && data_i[ringside_reg_pkg::ICR_RXO_BIT]);
    unmasks = we_i && register_i == 2'd2 && data_i[ringside_reg_pkg::ICR_RXO_BIT];
    masks = we_i && register_i == 2'd3 && data_i[ringside_reg_pkg::ICR_RXO_BIT];
    held = cause_q && mask_q && !clears && !masks;
    post = (sets || (cause_q && !clears)) && (unmasks || (mask_q && !masks)) && !held;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      cause_q <= 1'b0;
      mask_q <= 1'b0;
    end else begin
      cause_q <= sets || (cause_q && !clears);
      mask_q <= unmasks || (mask_q && !masks);
    end
  end

  always_comb begin
    if (rst_ni && re_i && register_i == 2'd0 && irq_mode_i != 2'd2) begin
      assert (((rdata & Rxo) != '0) == cause_q);
      assert (rdata[31] == cause_q);
    end
    if (rst_ni && re_i && register_i == 2'd2) assert (((rdata & Rxo) != '0) == mask_q);
  end

  // The line.
  logic [2:0] due_q;  // cycles for which the line has been due
  logic acted_q, line_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i || !intx_mode || !(cause_q && mask_q) || !quiet) due_q <= '0;
    else if (due_q != '1) due_q <= due_q + 1'b1;
    acted_q <= rst_ni && (re_i || we_i);
    line_q <= intx;
  end

  // What was pending and enabled in the cycle before is what the line shows.
  logic pending_q;
  always_ff @(posedge clk_i) pending_q <= rst_ni && !srst_i && cause_q && mask_q;

  always_comb begin
    if (rst_ni) begin
      if (intx) assert (intx_mode && pending_q);
      if (due_q >= 3'(Latency)) assert (intx);
      if (intx && !line_q) assert (!acted_q);
      if (!intx_mode) assert (!intx);
      if (intx_mode) assert (!irq_req);
    end
  end

  // Messages of MSI: one for each post that is not taken back; `armed_q`: one may leave.
  logic armed_q, offered_q;
  logic [2:0] msi_due_q;

  always_ff @(posedge clk_i) begin
    offered_q <= rst_ni && !srst_i && irq_req && !irq_ack_i;
    if (!rst_ni || srst_i) armed_q <= 1'b0;
    else if (post) armed_q <= 1'b1;
    else if (!held) armed_q <= 1'b0;
    else if (irq_req && !offered_q) armed_q <= 1'b0;
    if (!rst_ni || srst_i || !msi_mode || !armed_q || !quiet || irq_req) msi_due_q <= '0;
    else if (msi_due_q != '1) msi_due_q <= msi_due_q + 1'b1;
  end

  // What is registered may leave in the cycle after it was taken back.
  logic armed_before_q;
  always_ff @(posedge clk_i) armed_before_q <= rst_ni && !srst_i && armed_q;

  always_comb begin
    if (rst_ni && !srst_i && msi_mode) begin
      if (irq_req && !offered_q) assert (armed_q || armed_before_q);
      if (offered_q) assert (irq_req);
      assert (msi_due_q < 3'(Latency));
      if (irq_req) assert (irq_vec == '0);
    end
    // No entry of IVAR is valid here.
    if (rst_ni && irq_mode_i == 2'd2) assert (!irq_req);
  end
endmodule
