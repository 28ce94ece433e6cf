// SPDX-License-Identifier: MIT
//
// The NVM's 64 words and the registers EERD and EEWR. Reset of kind power loads the default image
// with the MAC address of `mac_i` in words 0..2 and the checksum in word 63 (all words add up to
// 0xBABA); a PCI reset and CTRL.RST keep the contents. Accesses are done when the register write is.
//
// Words 0..2 are flip-flops because RAL0/RAH0 take them all at once at reset, word 63 because its
// default depends on them; the others come from a ROM until they are written.

module nvm (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        srst_i,
  input  logic        reset_kind_i,
  input  logic [47:0] mac_i,

  input  logic        re_i,
  input  logic        we_i,
  input  logic [16:0] addr_i,
  input  logic [31:0] wdata_i,
  output logic [31:0] rdata_o,

  output logic [47:0] mac_o
);
  localparam logic [15:0] ChecksumWithoutMac = 16'hd969;
  localparam logic [5:0] ChecksumWord = 6'd63;

  function automatic logic [15:0] default_word(input logic [5:0] word);
    case (word)
      6'h03: default_word = 16'h0420;
      6'h04: default_word = 16'hf746;
      6'h05: default_word = 16'h2010;
      6'h08, 6'h09, 6'h0e, 6'h10, 6'h16, 6'h2a, 6'h2b, 6'h2c, 6'h2e, 6'h3c: default_word = 16'h0000;
      6'h0a: default_word = 16'h026b;
      6'h0b: default_word = 16'h10d3;
      6'h0c: default_word = 16'h8086;
      6'h0d: default_word = 16'h10d3;
      6'h0f: default_word = 16'h8058;
      6'h11: default_word = 16'h2001;
      6'h12: default_word = 16'h7e7c;
      6'h14: default_word = 16'h1000;
      6'h15: default_word = 16'h00c8;
      6'h17: default_word = 16'h2704;
      6'h18: default_word = 16'h6cc9;
      6'h19: default_word = 16'h3150;
      6'h1a: default_word = 16'h070e;
      6'h1b: default_word = 16'h460b;
      6'h1c: default_word = 16'h2d84;
      6'h1d: default_word = 16'h0100;
      6'h1e: default_word = 16'hf000;
      6'h1f: default_word = 16'h0706;
      6'h20: default_word = 16'h6000;
      6'h21: default_word = 16'h0080;
      6'h22: default_word = 16'h0f04;
      6'h23: default_word = 16'h7fff;
      6'h24: default_word = 16'h4f01;
      6'h25: default_word = 16'hc600;
      6'h26: default_word = 16'h0000;
      6'h27: default_word = 16'h20ff;
      6'h28: default_word = 16'h0028;
      6'h29, 6'h2d: default_word = 16'h0003;
      6'h30: default_word = 16'h0100;
      6'h31: default_word = 16'hc000;
      6'h32: default_word = 16'h121c;
      6'h33: default_word = 16'hc007;
      6'h3d: default_word = 16'h0120;
      default: default_word = 16'hffff;
    endcase
  endfunction

  logic [47:0] mac_q;
  logic [15:0] checksum_q;
  logic [15:0] eerd_data_q, eewr_data_q;
  logic [13:0] eerd_addr_q, eewr_addr_q;
  logic eerd_done_q;

  logic eerd_we, eewr_we, start, in_range;
  logic [5:0] word;
  logic [15:0] ram_word, read_word;
  logic ram_written;

  assign eerd_we = we_i ? addr_i == ringside_reg_pkg::EERD_OFFSET : 1'b0;
  assign eewr_we = we_i ? addr_i == ringside_reg_pkg::EEWR_OFFSET : 1'b0;
  assign start = wdata_i[ringside_reg_pkg::EERD_START_BIT];
  assign word = wdata_i[ringside_reg_pkg::EERD_ADDR_LSB +: 6];
  assign in_range = wdata_i[15:8] == '0;

  reg_ram #(
    .Width(16),
    .Words(64)
  ) i_words (
    .clk_i,
    .clear_i(!rst_ni && !reset_kind_i),
    .we_i(eewr_we && start && in_range),
    .index_i(word),
    .wdata_i(wdata_i[31:16]),
    .rdata_o(ram_word),
    .written_o(ram_written)
  );

  always_comb begin
    read_word = '0;
    if (eerd_we) begin
      case (word)
        6'd0: read_word = mac_q[15:0];
        6'd1: read_word = mac_q[31:16];
        6'd2: read_word = mac_q[47:32];
        ChecksumWord: read_word = checksum_q;
        default: read_word = ram_written ? ram_word : default_word(word);
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      if (!reset_kind_i) begin
        mac_q <= mac_i;
        checksum_q <= ChecksumWithoutMac - mac_i[15:0] - mac_i[31:16] - mac_i[47:32];
      end
    end else if (eewr_we && start && in_range) begin
      case (word)
        6'd0: mac_q[15:0] <= wdata_i[31:16];
        6'd1: mac_q[31:16] <= wdata_i[31:16];
        6'd2: mac_q[47:32] <= wdata_i[31:16];
        ChecksumWord: checksum_q <= wdata_i[31:16];
        default: ;
      endcase
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || srst_i) begin
      eerd_data_q <= '0;
      eerd_addr_q <= '0;
      eerd_done_q <= 1'b1;
      eewr_data_q <= '0;
      eewr_addr_q <= '0;
    end else if (eerd_we) begin
      eerd_addr_q <= wdata_i[15:2];
      if (start) begin
        eerd_done_q <= in_range;
        eerd_data_q <= in_range ? read_word : '0;
      end
    end else if (eewr_we) begin
      eewr_addr_q <= wdata_i[15:2];
      eewr_data_q <= wdata_i[31:16];
    end
  end

  always_comb begin
    rdata_o = '0;
    if (re_i) begin
      if (addr_i == ringside_reg_pkg::EERD_OFFSET) rdata_o = {eerd_data_q, eerd_addr_q, eerd_done_q, 1'b0};
      else if (addr_i == ringside_reg_pkg::EEWR_OFFSET) rdata_o = {eewr_data_q, eewr_addr_q, 2'b10};
    end
  end

  assign mac_o = mac_q;
endmodule
